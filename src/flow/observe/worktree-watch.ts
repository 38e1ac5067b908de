// Looks at worktrees beside the requests: what stood there before the model spoke, and when its reply ended.
import { findRepository } from '../../git/open-repository.ts';
import { type Head, readHead } from '../../git/read-head.ts';
import { watchWorktree } from '../../git/watch-worktree.ts';
import type { Caller } from '../../model/caller.ts';
import type { Store } from '../../store/store.ts';
import {
  differsFromHead,
  type ObservationMoment,
  type ObservedWorktree,
  observeWorktree,
  openWorktreeState,
  type WorktreeState,
} from './observe-worktree.ts';

export interface WorktreeWatch {
  /** Never throws; resolves when what was seen is stored. @param directory anywhere inside a worktree. */
  look(directory: string | null, moment: ObservationMoment): Promise<void>;
  /** Where the directory's worktree stands, as the last look saw it. Never throws; null outside of any. */
  stand(directory: string | null): Promise<Stand | null>;
  /** Lets go of the watches on directories. */
  close(): void;
}

export interface Stand {
  readonly repository: string;
  readonly worktree: string;
  readonly head: Head;
  /** null: not known. */
  readonly isDirty: boolean | null;
}

export interface WatchOptions {
  readonly caller: Caller;
  readonly store: Store;
  readonly key: Uint8Array;
  readonly warn: (line: string) => void;
}

/** What is remembered of the worktree that was looked at longest ago goes first. */
const WORKTREES_MAX = 8;
const DIRECTORIES_MAX = 500;
/** A worktree that could not be watched may have become smaller: a build was cleaned, an install is through. */
const WATCH_AGAIN_MS = 60_000;

interface Looker extends WatchOptions {
  readonly places: Map<string, Promise<ObservedWorktree | null>>;
  readonly known: Map<string, Known>;
}

interface Known {
  readonly state: WorktreeState;
  /** A look that waits for its turn: whoever asks meanwhile is answered by it too. */
  waiting: Promise<void> | null;
  watchedAtMs: number;
  /** null: nobody has looked yet. */
  head: Head | null;
  isClosed: boolean;
}

export function openWorktreeWatch(options: WatchOptions): WorktreeWatch {
  const looker: Looker = { ...options, places: new Map(), known: new Map() };
  return {
    look: async (directory, moment) => {
      if (directory === null) return;
      try {
        const place = await placeOf(looker, directory);
        if (place !== null) await lookAt(looker, place, moment);
      } catch (thrown) {
        options.warn(`${directory} was not observed: ${String(thrown)}`);
      }
    },
    stand: async (directory) => {
      const place = directory === null ? null : await placeOf(looker, directory);
      if (place === null) return null;
      const { repository, worktree } = place;
      const { head, state } = knownOf(looker, place);
      const isDirty = differsFromHead(state);
      return { repository, worktree, head: head ?? (await readHeadOrNone(place)), isDirty };
    },
    close: () => {
      for (const known of looker.known.values()) forget(known);
      looker.known.clear();
    },
  };
}

const NO_HEAD: Head = { branch: null, commit: null };

const readHeadOrNone = (place: ObservedWorktree): Promise<Head> =>
  readHead(place).catch(() => NO_HEAD);

function placeOf({ caller, places }: Looker, directory: string): Promise<ObservedWorktree | null> {
  const found = places.get(directory) ?? findPlace({ ...caller, cwd: directory });
  places.set(directory, found);
  for (const oldest of places.keys()) if (places.size > DIRECTORIES_MAX) places.delete(oldest);
  void found.then((place) => place ?? places.delete(directory));
  return found;
}

function knownOf({ known, key }: Looker, { worktree }: ObservedWorktree): Known {
  const found = known.get(worktree) ?? {
    state: openWorktreeState(key),
    waiting: null,
    watchedAtMs: 0,
    head: null,
    isClosed: false,
  };
  known.delete(worktree); // the one looked at last comes last
  known.set(worktree, found);
  for (const [oldest, old] of known) {
    if (known.size <= WORKTREES_MAX) break;
    forget(old);
    known.delete(oldest);
  }
  return found;
}

function forget(known: Known): void {
  known.isClosed = true;
  known.state.changes?.close();
}

async function lookAt(
  looker: Looker,
  place: ObservedWorktree,
  moment: ObservationMoment,
): Promise<void> {
  const known = knownOf(looker, place);
  const { state } = known;
  if (moment.moment === 'after') return observe(looker, place, { state, moment });
  known.waiting ??= lookInTurn(looker, place, { known, moment });
  return known.waiting;
}

async function lookInTurn(
  looker: Looker,
  place: ObservedWorktree,
  { known, moment }: { readonly known: Known; readonly moment: ObservationMoment },
): Promise<void> {
  const { state } = known;
  await state.queue;
  known.waiting = null;
  known.head = await readHeadOrNone(place);
  const { commit } = known.head;
  if (commit !== state.head) state.fullAtMs = 0; // a commit makes files clean without touching them
  state.head = commit;
  await observe(looker, place, { state, moment });
  void keepWatching(known, place).catch((thrown: unknown) =>
    looker.warn(`${place.worktree} is not watched: ${String(thrown)}`),
  );
}

async function observe(
  { store }: Looker,
  place: ObservedWorktree,
  { state, moment }: { readonly state: WorktreeState; readonly moment: ObservationMoment },
): Promise<void> {
  const observations = await observeWorktree(state, place, moment);
  if (observations.length > 0) await store.addObservations(observations);
}

/** The first look is not kept waiting for the watches; the one after them looks at everything once more. */
async function keepWatching(known: Known, place: ObservedWorktree): Promise<void> {
  const { state } = known;
  const isWatched = state.changes !== null && !state.changes.isLost();
  if (isWatched || Date.now() - known.watchedAtMs < WATCH_AGAIN_MS) return;
  known.watchedAtMs = Date.now();
  const changes = await watchWorktree(place);
  if (known.isClosed) changes.close();
  else state.changes = changes;
}

async function findPlace(caller: Caller): Promise<ObservedWorktree | null> {
  const found = await findRepository(caller).catch(() => null);
  if (found === null || found.worktree === null) return null;
  return {
    caller: { ...caller, cwd: found.worktree },
    worktree: found.worktree,
    repository: found.commonDir,
    gitDir: found.gitDir,
  };
}
