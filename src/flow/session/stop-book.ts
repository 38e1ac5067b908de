// Who is to be cut when somebody ends a session: a signal for each grant.
import { setMaxListeners } from 'node:events';
import { Fault } from '../../model/fault.ts';

export interface StopBook {
  /** Aborts when the grant is stopped. */
  readonly of: (grant: string) => AbortSignal;
  stop(grant: string): void;
  forget(grant: string): void;
}

export function openStopBook(): StopBook {
  const stops = new Map<string, AbortController>();
  const stopOf = (grant: string): AbortController => {
    const found = stops.get(grant) ?? new AbortController();
    setMaxListeners(0, found.signal); // one for each request under way
    stops.set(grant, found);
    return found;
  };
  return {
    of: (grant) => stopOf(grant).signal,
    stop: (grant) => {
      stopOf(grant).abort(new Fault('SESSION_STOPPED', 'this session was stopped'));
      stops.delete(grant);
    },
    forget: (grant) => void stops.delete(grant),
  };
}
