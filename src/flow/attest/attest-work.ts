// What attesting works with, and what it answers.
import type { Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import type { Fault } from '../../model/fault.ts';
import type { AttestedNotice } from '../../model/notice.ts';
import type { AttributedFile } from '../../model/origin.ts';
import type { Policy } from '../../model/policy.ts';
import type { Store } from '../../store/store.ts';

export interface AttestWork {
  readonly repository: Repository;
  readonly objects: Objects;
  readonly policy: Policy;
  /** Open for writing; null where that is not possible now: commits are queued. */
  readonly store: Store | null;
  /** Where added lines come from. Default: attributeCommit. */
  readonly attribute?: Attribute;
  /** False once nobody waits for the answer any more: nothing may be written then (DECISIONS 18). */
  readonly isWanted: () => boolean;
  /** Told once the commits stand in the queue on disk and there is a key to sign with, at least once: they are attested,
   *  sooner or later, whatever becomes of us. */
  readonly onQueued?: () => void;
}

/** The commits that a commit took the place of, by its id. */
export type RewrittenFrom = ReadonlyMap<string, readonly string[]>;

export interface AttestOutcome {
  /** Commits whose note was written now. */
  readonly attested: readonly string[];
  /** Commits that wait for the next hook, or for `aitrail attribute`. */
  readonly queued: readonly string[];
  /** What to tell of them; null where none holds a line of an AI's. */
  readonly notice: AttestedNotice | null;
  /** Why they wait; null where git is in the middle of a batch. */
  readonly fault: Fault | null;
}

/** Origins of the lines that a commit added. */
export type Attribute = (
  commit: string,
  rewrittenFrom: readonly string[],
) => Promise<readonly AttributedFile[]>;
