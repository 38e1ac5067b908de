// What a store on this machine does besides: it takes away what may not be kept, and keeps what must not go.
import type { GoneRecords, Hold, Removable, Removal } from '../model/removal.ts';
import type { Store } from './store.ts';

export interface LocalStore extends Store, UpkeepStore {}

/** What nothing refers to, as it was when it was looked for. */
export interface Garbage {
  readonly lists: readonly number[];
  readonly parts: readonly number[];
  /** What came later may refer to it again. */
  readonly mark: GarbageMark;
}

export interface GarbageMark {
  readonly list: number;
  readonly exchange: number;
  readonly observation: number;
  /** Exchanges that were under way. */
  readonly open: readonly number[];
}

export interface UpkeepStore {
  /** What a removal would take away. */
  countRemovable(removal: Removal): Promise<Removable>;
  /** Distinct worktrees of sessions with exchanges from before; empty text: sessions in none. */
  listWorktrees(beforeMs: number): Promise<readonly string[]>;
  /** Takes away some exchanges, oldest first, and writes that into the log. @returns how many; 0: nothing is left. */
  removeExchanges(removal: Removal, by: string): Promise<number>;
  /** Reads all references: seconds in a large store. */
  findGarbage(): Promise<Garbage>;
  /** Deletes those that are still nobody's; give it some at a time. */
  dropGarbage(garbage: Garbage): Promise<void>;
  /** Deletes fingerprints whose emission is gone. @param from 0, then what the last call gave. @returns null at the end. */
  dropFingerprints(from: number): Promise<number | null>;
  /** Was something taken away whose parts, fingerprints and words may still be there? */
  isUnswept(): Promise<boolean>;
  /**
   * Gives freed pages back and leaves nothing of what was deleted in index, write-ahead log or copies, a step at a time.
   *
   * @param isFirst the first step of a sweep. @returns false when it is done.
   */
  compact(isFirst: boolean): Promise<boolean>;

  addHold(hold: Hold): Promise<void>;
  removeHold(session: string): Promise<void>;
  listHolds(): Promise<readonly Hold[]>;

  /** Every prune and erasure so far, oldest first. */
  listGone(): Promise<readonly GoneRecords[]>;
  /** Objects in an object store that nothing here knows of. */
  countStrays(): Promise<number>;
  /** Why the record of a leaf is not here any more; null where nothing says so. */
  findGone(logIndex: number): Promise<'pruned' | 'erased' | null>;
}
