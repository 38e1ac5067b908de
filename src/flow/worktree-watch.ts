// Looks at worktrees beside the requests: what stood there before the model spoke, and when its reply ended.
import { findRepository } from '../git/open-repository.ts';
import type { Caller } from '../model/caller.ts';
import type { Store } from '../store/store.ts';
import {
  type ObservationMoment,
  type ObservedWorktree,
  observeWorktree,
  openWorktreeState,
  type WorktreeState,
} from './observe-worktree.ts';

export interface WorktreeWatch {
  /** Never throws; resolves when what was seen is stored. @param directory anywhere inside a worktree. */
  look(directory: string | null, moment: ObservationMoment): Promise<void>;
}

export interface WatchOptions {
  readonly caller: Caller;
  readonly store: Store;
  readonly key: Uint8Array;
  readonly warn: (line: string) => void;
}

export function openWorktreeWatch({ caller, store, key, warn }: WatchOptions): WorktreeWatch {
  const places = new Map<string, Promise<ObservedWorktree | null>>();
  const states = new Map<string, WorktreeState>();
  const placeOf = (directory: string): Promise<ObservedWorktree | null> => {
    const found = places.get(directory) ?? findPlace({ ...caller, cwd: directory });
    places.set(directory, found);
    void found.then((place) => place ?? places.delete(directory));
    return found;
  };
  return {
    look: async (directory, moment) => {
      if (directory === null) return;
      try {
        const place = await placeOf(directory);
        if (place === null) return;
        const state = states.get(place.worktree) ?? openWorktreeState(key);
        states.set(place.worktree, state);
        const observations = await observeWorktree(state, place, moment);
        if (observations.length > 0) await store.addObservations(observations);
      } catch (thrown) {
        warn(`${directory} was not observed: ${String(thrown)}`);
      }
    },
  };
}

async function findPlace(caller: Caller): Promise<ObservedWorktree | null> {
  const found = await findRepository(caller).catch(() => null);
  if (found === null || found.worktree === null) return null;
  return {
    caller: { ...caller, cwd: found.worktree },
    worktree: found.worktree,
    repository: found.commonDir,
  };
}
