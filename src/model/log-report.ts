// What checking the log found.

export interface LogReport {
  readonly origin: string;
  readonly vkey: string;
  readonly size: number;
  /** Hex. */
  readonly root: string;
  /** Leaves whose record is here and fits; the others stand for commits, events or records that are gone. */
  readonly recordsChecked: number;
  /** Records that went because of their age, and that the log says so of. */
  readonly pruned: number;
  /** Records that somebody had erased. */
  readonly erased: number;
  /** Objects of an object store that no record has. */
  readonly strays: number;
  /** Derived files that were missing or torn, by path below `log/`. */
  readonly repaired: readonly string[];
  /** Were they written again? Only where no other process writes the store. */
  readonly isRepaired: boolean;
}

/** A proof or checkpoint that somebody kept, held against the log. */
export type CheckedFile =
  /** `index`: the leaf that is proved; null for a checkpoint. */
  | { readonly kind: 'ours'; readonly index: number | null; readonly size: number }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'foreign'; readonly origin: string }
  /** Of the log that this one was restored from, and longer than what was restored: the end is lost, not forged. */
  | {
      readonly kind: 'restored';
      readonly size: number;
      /** As many of them were restored. */
      readonly leaves: number;
      readonly atMs: number;
    }
  | { readonly kind: 'contradicts'; readonly why: string };
