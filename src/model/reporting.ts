// What a laptop and the gateway say to each other about the laptop's log.
import type { Emission } from './edit.ts';
import type { Session } from './session.ts';

/** POST: a checkpoint as c2sp.org/tlog-witness has it; back comes the cosignature. */
export const WITNESS_PATH = '/-/log/add-checkpoint';
/** POST: records of the log up to a checkpoint that was cosigned. */
export const RECORDS_PATH = '/-/log/records';

/** One of a batch. All of it is masked. */
export interface ReportedRecord {
  /** Of the leaf, with a proof that the cosigned checkpoint has it. */
  readonly proof: string;
  /** Leaf data, base64. */
  readonly leaf: string;
  readonly of: ReportedExchange | ReportedEvent | ReportedCommit;
}

/** With what its leaf is made of, so that nobody can send another one in its place. Bytes are base64. */
export interface ReportedExchange {
  readonly kind: 'exchange';
  readonly session: Session;
  /** Hex. */
  readonly salt: string;
  /** What the leaf's digest is over, salted. */
  readonly record: string;
  /** The bodies are too large to be sent: they stay where they are. */
  readonly isWithheld: boolean;
  readonly request: readonly string[];
  readonly reply: readonly string[];
  readonly requestHeaders: string;
  readonly responseHeaders: string | null;
  readonly context: string | null;
  readonly marks: string;
  readonly emissions: readonly ReportedEmission[];
}

/** With what became of it so far. */
export type ReportedEmission = Pick<
  Emission,
  'callId' | 'tool' | 'repository' | 'path' | 'edit' | 'outcome' | 'outcomeSource'
>;

export interface ReportedEvent {
  readonly kind: 'event';
  /** Hex. */
  readonly salt: string;
  /** What the leaf's digest is over, salted: kind, LF, detail. */
  readonly record: string;
}

export interface ReportedCommit {
  readonly kind: 'commit';
  /** Where it lies there, and what went into it: the machine's word. Its leaf has the digest of the statement, which says the latter. */
  readonly repository: string;
  readonly exchanges: readonly string[];
}

/** What became of a report. */
export interface ReportOutcome {
  readonly gateway: string;
  readonly size: number;
  /** RFC 3339: when the gateway cosigned it. */
  readonly cosignedAt: string;
  /** The checkpoint with the witness's line under it. */
  readonly note: string;
  /** Records that went out now: exchanges, events, commits. */
  readonly sent: number;
}

/** How far reporting has come. */
export interface ReportingState {
  readonly gateway: string;
  /** Leaves that the gateway has not got. */
  readonly waiting: number;
  /** RFC 3339; null: it has cosigned nothing yet. */
  readonly cosignedAt: string | null;
  /** Why the last attempt came to nothing; null where it did not. */
  readonly problem: ReportingProblem | null;
}

export interface ReportingProblem {
  /** RFC 3339. */
  readonly at: string;
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}
