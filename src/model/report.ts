// What an auditor asks for of a stretch of time: who worked with what, what was stopped, allowed, hidden and looked at.
import type { Approval } from './approval.ts';
import type { EventRecord } from './event.ts';
import type { LogReport } from './log-report.ts';
import type { Session } from './session.ts';

/** What a rule or check decided, as the log has it: no names of files, no text. */
export interface LoggedDecision {
  readonly at: string;
  /** `blocked`, `refused`, `observed`, `masked` … */
  readonly effect: string;
  readonly what: string;
  readonly logIndex: number;
  /** SHA-256, hex, of the policy that decided. */
  readonly policy: string | null;
}

/** All masks of one rule in one direction. */
export interface MaskCount {
  readonly rule: string;
  readonly exchanges: number;
  readonly values: number;
  /** Exchanges in which the value went on in clear all the same. */
  readonly forwarded: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

export interface ReportedCommit {
  readonly commit: string;
  readonly atMs: number;
  readonly author: string;
  readonly subject: string;
  /** null: it has none, so nothing can be said of its lines. */
  readonly lines: {
    readonly ai: number;
    readonly mixed: number;
    readonly unrecorded: number;
  } | null;
  readonly policy: string | null;
}

export interface PolicyInForce {
  readonly digest: string;
  readonly files: readonly string[];
  readonly mode: string;
  readonly retentionDays: number;
}

export interface Report {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly madeAtMs: number;
  /** Newest first. */
  readonly sessions: readonly Session[];
  readonly decisions: readonly LoggedDecision[];
  readonly events: readonly EventRecord[];
  readonly masks: readonly MaskCount[];
  /** null outside of a repository, or where they cannot be read. */
  readonly approvals: readonly Approval[] | null;
  /** null outside of a repository. */
  readonly commits: readonly ReportedCommit[] | null;
  readonly repository: string | null;
  /** Or why the log could not be checked, or does not hold. */
  readonly log: LogReport | { readonly fault: string };
  readonly policy: PolicyInForce;
}
