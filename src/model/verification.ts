// The answer of `aitrail verify`, for printing.
import type { ChangeReport } from './change-report.ts';
import type { CommitVerdict } from './verdict.ts';

/** What `verify` can demand of a commit. */
export const REQUIREMENTS = ['attested', 'pre-commit', 'coverage', 'approval', 'review'] as const;
export type Requirement = (typeof REQUIREMENTS)[number];

export interface Verification {
  /** True only where every commit is verified. */
  readonly isOk: boolean;
  readonly verdicts: readonly (CommitVerdict & { readonly subject: string })[];
  /** Where the list of trusted signers came from, in words: one for each range. */
  readonly trustedBy: readonly string[];
  /** A command that fetches notes, where commits miss theirs and a remote may have them; else null. */
  readonly fetch: string | null;
  /** One for each range, where it was asked for. */
  readonly reports: readonly ChangeReport[];
}
