// What the server of the browser pages answers: data, each kind as one document. The pages decide how it looks.
import type { Answer, ApprovalKind } from './approval.ts';
import type { Ruling } from './ruling.ts';
import type { Edit, HunkLine, Outcome } from './edit.ts';
import type { EventRecord } from './event.ts';
import type { BlameLine, Origin } from './origin.ts';
import type { SettingPlace } from './policy.ts';
import type { Hold } from './removal.ts';
import type { SearchHit } from './search.ts';
import type { Exchange, Principal, Session } from './session.ts';
import type { Stats, StatsKey } from './stats.ts';

/** A text of any length: what is sent at first, and how long it really is. */
export interface CutText {
  readonly text: string;
  /** UTF-16 units of the whole. */
  readonly length: number;
}

/** One edit of a tool call, as a diff. */
export interface EditView {
  readonly kind: Edit['kind'];
  readonly path: string | null;
  readonly movedTo: string | null;
  readonly hunks: readonly (readonly HunkLine[])[];
  readonly added: number;
  readonly removed: number;
  /** Lines that were left out of `hunks`. */
  readonly more: number;
}

/** One thing that was said or done, in order. `atMs`: since its exchange began. */
export type Step =
  | { readonly kind: 'prompt'; readonly text: CutText; readonly atMs: number }
  | {
      readonly kind: 'result';
      readonly tool: string | null;
      readonly text: CutText;
      readonly isError: boolean;
      readonly atMs: number;
    }
  | { readonly kind: 'answer' | 'thinking'; readonly text: CutText; readonly atMs: number }
  | {
      readonly kind: 'call';
      readonly tool: string;
      /** The argument that says most, one line. */
      readonly target: string;
      /** Indented JSON, or free text. */
      readonly input: CutText;
      readonly edits: readonly EditView[];
      readonly outcome: Outcome;
      readonly atMs: number;
    }
  | { readonly kind: 'error'; readonly text: CutText; readonly atMs: number };

export interface TurnView {
  readonly exchange: Exchange;
  readonly isSideCall: boolean;
  readonly steps: readonly Step[];
  readonly rulings: readonly Ruling[];
}

/** Part of a conversation. */
export interface ReplayPage {
  readonly session: Session;
  /** All exchanges of the session, whole: what the time line is drawn from. */
  readonly exchanges: readonly Exchange[];
  /** `turns[0]` belongs to `exchanges[first]`. */
  readonly first: number;
  readonly turns: readonly TurnView[];
}

export interface SessionsPage {
  readonly sessions: readonly Session[];
  /** How many there are that fit. */
  readonly total: number;
}

export interface SearchPage {
  readonly hits: readonly SearchHit[];
  /** Are there recordings whose text is not indexed yet? */
  readonly isPartial: boolean;
}

export interface AboutPage {
  readonly version: string;
  /** Where the command was typed; null outside of a repository. */
  readonly repository: {
    readonly name: string;
    readonly worktree: string | null;
  } | null;
  /** State directory. */
  readonly store: string;
}

/** The prompt behind lines of a file. */
export interface PromptView {
  readonly exchange: string;
  readonly session: string;
  /** The person's last words before the lines were written; null where they are not in this store. */
  readonly prompt: string | null;
  readonly startedAtMs: number;
  readonly principal: Principal;
}

export interface FilePage {
  readonly path: string;
  readonly commit: string | null;
  readonly lines: readonly BlameLine[];
  readonly summary: Readonly<Record<Origin, number>>;
  readonly prompts: readonly PromptView[];
}

export interface FilesPage {
  readonly paths: readonly string[];
}

export interface StatsPage {
  readonly by: Readonly<Record<StatsKey, Stats>>;
}

export interface StatusPage {
  readonly daemon: {
    readonly isRunning: boolean;
    readonly url: string | null;
    readonly version: string | null;
    readonly uptimeSeconds: number;
  };
  /** State directory. */
  readonly store: string;
  readonly sessions: number;
  readonly exchanges: number;
  /** How long recordings are kept where the pages are served from. */
  readonly retentionDays: number;
  /** Exchanges that were taken away so far. */
  readonly pruned: number;
  readonly erased: number;
  /** Sessions that nothing may take away. */
  readonly holds: readonly Hold[];
  /** Leaves. */
  readonly logSize: number;
  /** The signed note that was published last; null before the first. */
  readonly checkpoint: string | null;
  /** Newest first, the last few. */
  readonly events: readonly EventRecord[];
}

/** A request for approval with what became of it. */
export interface ApprovalView {
  readonly id: string;
  readonly kind: ApprovalKind;
  readonly what: string;
  readonly rule: string;
  readonly place: SettingPlace | null;
  readonly approvers: readonly string[];
  readonly requester: string;
  readonly session: string | null;
  readonly exchange: string | null;
  readonly digest: string;
  /** What is asked for, as the approver reads it. */
  readonly shown: string;
  /** Is `shown` all that the digest is over? */
  readonly isWhole: boolean;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly state: 'pending' | 'approved' | 'denied' | 'used' | 'expired';
  readonly isOpen: boolean;
  readonly decisions: readonly {
    readonly answer: Answer;
    readonly approver: string;
    readonly reason: string;
    readonly atMs: number;
  }[];
  readonly refused: readonly string[];
  readonly doubt: string | null;
}

export interface ApprovalsPage {
  readonly approvals: readonly ApprovalView[];
  /** Why the remote could not be asked; null where it was. */
  readonly stale: string | null;
}

/** What a decision came to, in words. */
export interface DecidedPage {
  readonly said: string;
}

/** An answer that is a refusal. */
export interface FaultPage {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}
