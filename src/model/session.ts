// Who talked to which model, from where: grants, sessions, exchanges.
import type { Identity } from './context.ts';
import type { MaskRecord } from './secret.ts';
import type { Protocol, Usage, WireName } from './wire.ts';

export interface Principal {
  readonly name: string;
  readonly email: string;
}

/** Where a grant's or exchange's work happens. Paths are absolute and real. */
export interface Place {
  /** Common git directory: the same for all worktrees of a repository. */
  readonly repository: string | null;
  readonly worktree: string | null;
  readonly remote: string | null;
  readonly branch: string | null;
  readonly head: string | null;
  readonly host: string;
}

/** What a person asked for last, in their own words. */
export interface Trigger {
  /** Masked, and cut where it is very long; null where the exchange's content is not kept. */
  readonly text: string | null;
  /** HMAC-SHA256 of all of it under the store's key, hex. */
  readonly digest: string;
}

/** Words of ours in a request, on its way to the model. */
export interface AddedText {
  readonly text: string;
  /** Object keys and list indexes that lead to the string whose end they are. */
  readonly path: readonly (string | number)[];
}

/** In what context one exchange took place. */
export interface ExchangeContext {
  readonly principal: Principal;
  readonly identity: Omit<Identity, 'claims'>;
  readonly agent: string | null;
  readonly agentVersion: string | null;
  /** Branch and head as they were when the model was asked. */
  readonly place: Place;
  /** Did files differ from HEAD, untracked ones included? null: not known. */
  readonly isDirty: boolean | null;
  readonly trigger: Trigger | null;
  /** Absent where the model got what the agent sent, masks aside. */
  readonly added?: AddedText;
}

/** What a session token stands for. The token itself is never stored, only its SHA-256. */
export interface Grant {
  readonly id: string;
  readonly tokenSha256: string;
  readonly principal: Principal;
  readonly identity: Identity;
  readonly place: Place;
  /** `aitrail run --agent` or recognised from the command. */
  readonly agent: string | null;
  readonly openedAtMs: number;
  readonly lastUsedAtMs: number;
  readonly expiresAtMs: number;
  readonly endedAtMs: number | null;
}

/** (grant, the client's own conversation id). */
export interface Session {
  readonly id: string;
  readonly grant: string;
  readonly conversation: string | null;
  /** Id of the session whose sub-agent this one is. */
  readonly parent: string | null;
  readonly agent: string | null;
  readonly agentVersion: string | null;
  readonly principal: Principal;
  readonly identity: Identity;
  readonly place: Place;
  readonly startedAtMs: number;
  readonly lastAtMs: number;
  readonly exchanges: number;
  readonly models: readonly string[];
}

export type ExchangeOutcome =
  | 'open' // under way, or the daemon died: see `interrupted`
  | 'ok'
  | 'client-abort'
  | 'upstream-error' // could not connect, reset, or cut before the reply's end
  | 'refused' // by aitrail: policy, store
  | 'interrupted'; // found open at the next start

export interface Exchange {
  readonly id: string;
  readonly session: string;
  readonly connection: string;
  readonly protocol: Protocol;
  readonly wire: WireName | null;
  readonly method: string;
  /** Path and query, masked. */
  readonly url: string;
  readonly startedAtMs: number;
  readonly firstByteAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly status: number | null;
  readonly outcome: ExchangeOutcome;
  readonly model: string | null;
  readonly stopReason: string | null;
  readonly usage: Usage | null;
  /** SHA-256, hex: of the request body as the agent sent it. */
  readonly requestSha256: string | null;
  /** Of the decoded body as the model sent it. */
  readonly responseSha256: string | null;
  /** Of the decoded body as the client got it; differs where a mask or block changed it. */
  readonly clientSha256: string | null;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly masks: readonly MaskRecord[];
  /** Index of its leaf in the log; null while open. */
  readonly logIndex: number | null;
}

/** One event of a streamed reply inside the recorded body. */
export interface EventMark {
  readonly offset: number;
  readonly length: number;
  /** Milliseconds since the exchange started. */
  readonly atMs: number;
}

/** In the record of an exchange that policy keeps out of it: the rule, in place of all headers of the request. */
export const TOMBSTONE_HEADER = 'aitrail-not-recorded';
