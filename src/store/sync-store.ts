// The store as the thread that owns the database sees it: the same calls, answered at once.
import type { LocalStore } from './upkeep-store.ts';

/** Every call of the store but `close`, without the promises. */
export type SyncStore = {
  readonly [Name in CallName]: (
    ...args: Parameters<LocalStore[Name]>
  ) => Awaited<ReturnType<LocalStore[Name]>>;
};

export type CallName = Exclude<keyof LocalStore, 'close'>;

/** What the owner of the store does besides answering. */
export interface EmbeddedStore {
  readonly calls: SyncStore;
  /** Runs several writing calls as one commit. Throws what the commit throws. */
  readonly batch: <T>(work: () => T) => T;
  /** Leaves that no published checkpoint covers yet. */
  readonly unpublished: () => number;
  readonly publish: () => void;
  /** Exchanges that have ended and are not in the text index yet. */
  readonly unindexed: () => number;
  /** Indexes some of them, in a few milliseconds. Throws what the commit throws. */
  readonly index: () => void;
  readonly close: () => void;
}

/** Calls that only write rows: the ones that may share a commit. All others run by themselves. */
export const BATCHED: ReadonlySet<CallName> = new Set<CallName>([
  'addGrant',
  'touchGrant',
  'endGrant',
  'joinSession',
  'beginExchange',
  'appendReply',
  'endExchange',
  'indexExchange',
  'setOutcome',
  'reportOutcome',
  'addObservations',
  'addCommit',
  'addEvent',
  'appendLog',
  'putSecret',
]);
