// What a reviewer is told of a change: where its lines come from, which protected files it touches, who approved what,
// and where nothing can be said.
import type { Evidence, Origin } from './origin.ts';

export interface ChangeReport {
  readonly files: readonly ChangedFileReport[];
  /** Of the policy as it stood before the change. */
  readonly protectedFiles: readonly ProtectedFileReport[];
  readonly approvals: readonly ApprovalReport[];
  readonly gaps: readonly Gap[];
}

/** Lines of the newest version that the change brings. */
export interface ChangedFileReport {
  readonly path: string;
  readonly runs: readonly LineRun[];
}

/** Neighbouring lines with everything in common; `agent`, `model` and `evidence` are null unless ai or mixed. */
export interface LineRun {
  /** 1-based, inclusive, in the newest version. */
  readonly startLine: number;
  readonly endLine: number;
  readonly origin: Origin;
  readonly agent: string | null;
  readonly model: string | null;
  readonly evidence: Evidence | null;
}

export interface ProtectedFileReport {
  readonly path: string;
  readonly commit: string;
  readonly action: 'block' | 'approve' | 'warn';
  /** Whose change the rule is about. */
  readonly from: 'ai' | 'any';
  /** By the commit's note; unknown without a valid one. */
  readonly by: 'ai' | 'unrecorded' | 'unknown';
  /** Is it as the rule wants it? */
  readonly isSettled: boolean;
}

export interface ApprovalReport {
  readonly commit: string;
  readonly id: string;
  readonly kind: string;
  readonly answer: 'approve' | 'break-glass';
  readonly approver: string;
  readonly paths: readonly string[];
}

/** What was not recorded, not checked, or cannot be believed. */
export interface Gap {
  readonly commit: string;
  readonly subject: string;
  /** A file of the commit, for forges that want a place; null where it changed none. */
  readonly path: string | null;
  readonly kind: 'unverified' | 'pre-commit' | 'recorder';
  readonly text: string;
}
