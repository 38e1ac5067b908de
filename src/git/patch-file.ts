// One changed file of a commit or of the index.

import type { BinaryString } from './binary-strings.ts';

/** Added, deleted, modified, type changed (file, link, submodule), unmerged. Renames are a deletion and an addition. */
export type ChangeStatus = 'A' | 'D' | 'M' | 'T' | 'U';

/** Consecutive added lines. */
export interface AddedRun {
  /** 1-based, in the new content. */
  readonly firstLine: number;
  /** Without line ending (a CR before it stays); bytes that are not UTF-8 are U+FFFD. */
  readonly lines: readonly string[];
}

export interface PatchFile {
  /** Repository-relative, forward slashes, as git stores it. */
  readonly path: string;
  readonly status: ChangeStatus;
  /** Octal as git writes it; `000000` where the side does not exist. */
  readonly oldMode: string;
  readonly newMode: string;
  /** null where the side does not exist. */
  readonly oldBlob: string | null;
  readonly newBlob: string | null;
  /** In file order. Empty where git shows no lines. */
  readonly runs: readonly AddedRun[];
  readonly isBinary: boolean;
  /** Of binary content: readable stretches that the old content lacks. */
  readonly strings?: readonly BinaryString[];
}

export const MODE_SUBMODULE = '160000';
