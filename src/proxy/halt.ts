// Ends what passes through while it passes: once the signal is given, whoever still moves bytes gets an error and the
// rest is up to whoever concludes.
import type { ReplyTap } from './door.ts';
import type { Outlet } from './outlet.ts';

export interface Halt {
  readonly tap: ReplyTap;
  readonly outlet: Outlet;
  /** Resolves with the signal's reason; never without one. */
  readonly stopped: Promise<unknown>;
  close(): void;
}

const NOTHING = (): void => undefined;

/** @returns tap and outlet that refuse to go on after the signal. */
export function openHalt(stop: AbortSignal, tap: ReplyTap, outlet: Outlet): Halt {
  let tell = NOTHING;
  const stopped = new Promise<unknown>((resolve) => {
    tell = () => resolve(stop.reason);
    if (stop.aborted) tell();
    else stop.addEventListener('abort', tell);
  });
  const going = <Result>(step: () => Result): Result => {
    stop.throwIfAborted();
    return step();
  };
  return {
    tap: {
      ...tap,
      push: (bytes) => going(() => tap.push(bytes)),
      end: (isCut) => going(() => tap.end(isCut)),
      resume: () => going(() => tap.resume()),
      keep: (record) => going(() => tap.keep(record)),
      settle: (ending) => going(() => tap.settle(ending)),
    },
    outlet: { ...outlet, write: (bytes) => going(() => outlet.write(bytes)) },
    stopped,
    close: () => stop.removeEventListener('abort', tell),
  };
}
