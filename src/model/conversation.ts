// A recorded session told as a conversation: what `show` and `replay` print. Derived from the recorded bytes each time.
import type { Edit, Outcome } from './edit.ts';
import type { Evidence, Origin, Source } from './origin.ts';
import type { Ruling } from './ruling.ts';
import type { EventMark, Exchange, ExchangeContext, Session } from './session.ts';

/** What the client added to the conversation with one request. */
export type Asked =
  | { readonly kind: 'prompt'; readonly text: string }
  | {
      readonly kind: 'result';
      readonly callId: string | null;
      readonly tool: string | null;
      readonly text: string;
      readonly isError: boolean | null;
    };

/** A stretch of text as it arrived; `atMs` since the exchange started. */
export interface TimedText {
  readonly atMs: number;
  readonly text: string;
}

/** What the model answered, in order. `atMs`: when it was complete, since the exchange started. */
export type Replied =
  | {
      readonly kind: 'answer' | 'thinking';
      readonly text: string;
      readonly atMs: number;
      /** Joined they are the text; one piece where the reply was not streamed. */
      readonly pieces: readonly TimedText[];
    }
  | {
      readonly kind: 'call';
      readonly callId: string | null;
      readonly tool: string;
      /** Parsed arguments or free text, after masking. */
      readonly input: unknown;
      readonly edits: readonly Edit[];
      readonly outcome: Outcome;
      readonly atMs: number;
    }
  | { readonly kind: 'error'; readonly text: string; readonly atMs: number };

/** One exchange of the conversation. */
export interface Turn {
  readonly exchange: Exchange;
  /** Titles, routers, token counts: no part of what the person and the agent said to each other. */
  readonly isSideCall: boolean;
  readonly asked: readonly Asked[];
  readonly replied: readonly Replied[];
  /** Absent where only what was said is asked for. */
  readonly rulings?: readonly Ruling[];
}

export interface Conversation {
  readonly session: Session;
  readonly turns: readonly Turn[];
}

/** An edit of a session or exchange, where it ended up. */
export interface ShownEdit {
  readonly exchange: string;
  readonly tool: string | null;
  readonly path: string | null;
  readonly kind: Edit['kind'];
  readonly outcome: Outcome;
  /** Who said so, where it was not the wire. */
  readonly source?: 'client';
  /** Commits that hold lines of its exchange, oldest record first; none for a rejected one. */
  readonly commits: readonly string[];
}

export interface ShownCommit {
  readonly commit: string;
  readonly repository: string;
  readonly logIndex: number;
  /** Does a branch, tag or HEAD lead to it? null where the repository is not there any more. */
  readonly isReachable: boolean | null;
}

type Headers = readonly (readonly [string, string])[];

/** What `aitrail show` found. */
export type Shown =
  | {
      readonly kind: 'line';
      readonly path: string;
      /** 1-based. */
      readonly line: number;
      readonly text: string;
      readonly commit: string;
      readonly author: string;
      readonly atMs: number;
      readonly origin: Origin;
      readonly evidence: Evidence | null;
      readonly isSigned: boolean;
      readonly source: Source | null;
      /** Null where its recording is not in this store. */
      readonly session: Session | null;
      /** The person's last words before the line was written. */
      readonly prompt: string | null;
    }
  | {
      readonly kind: 'exchange';
      readonly session: Session;
      /** null for records of older versions. */
      readonly context: ExchangeContext | null;
      readonly turn: Turn;
      readonly headers: { readonly request: Headers; readonly response: Headers };
      readonly events: readonly EventMark[];
      readonly edits: readonly ShownEdit[];
      readonly commits: readonly ShownCommit[];
    }
  | {
      readonly kind: 'session';
      readonly session: Session;
      readonly exchanges: readonly Exchange[];
      readonly edits: readonly ShownEdit[];
      readonly commits: readonly ShownCommit[];
    }
  | {
      readonly kind: 'commit';
      readonly commit: string;
      readonly subject: string;
      /** What the newest note of the commit claims, unverified; null where there is none. */
      readonly note: ShownNote | null;
      /** Exchanges of this store whose lines the commit holds. */
      readonly exchanges: readonly Exchange[];
      readonly sessions: readonly Session[];
    };

export interface ShownNote {
  readonly attestedAt: string;
  readonly files: readonly {
    readonly path: string;
    readonly aiLines: number;
    readonly mixedLines: number;
    readonly unrecordedLines: number;
  }[];
  readonly exchanges: readonly {
    readonly id: string;
    readonly session: string;
    readonly agent: string | null;
    readonly model: string | null;
  }[];
}
