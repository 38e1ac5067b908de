// The store's interface, the same for the embedded database and a shared one. Everything that comes in is
// already masked: the store never sees a secret. All times are milliseconds since the epoch.
import type { EventFilter, EventRecord, LoggedEvent, NewEvent } from '../model/event.ts';
import type { Edit, Emission, Outcome, OutcomeReport } from '../model/edit.ts';
import type { SearchText } from '../model/search.ts';
import type { ExchangeEvidence } from '../model/evidence.ts';
import type { MaskRecord } from '../model/secret.ts';
import type {
  EventMark,
  Exchange,
  ExchangeContext,
  ExchangeOutcome,
  Grant,
  Place,
  Session,
} from '../model/session.ts';
import type { Protocol, Usage, WireName } from '../model/wire.ts';
import type { SearchStore } from './search-store.ts';
import type { TeamStore } from './team-store.ts';
import type { VaultStore } from './vault-store.ts';

export interface SessionFacts {
  readonly agent: string | null;
  readonly agentVersion: string | null;
  /** The client's own id of the conversation whose sub-agent this one is. */
  readonly parent?: string | null;
  readonly place: Place;
  readonly atMs: number;
}

/** For a session that may have to be opened. */
export type OpeningFacts = SessionFacts & Pick<Session, 'principal' | 'identity'>;

/** Known when the request has arrived. Written before the upstream sees it. */
export interface ExchangeDraft {
  readonly id: string;
  readonly session: string;
  readonly connection: string;
  readonly protocol: Protocol;
  readonly wire: WireName | null;
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly startedAtMs: number;
  readonly requestSha256: string;
  readonly requestBytes: number;
  /** The masked body cut at the elements of its lists; concatenated it is the whole body. Stored content-addressed,
   *  and as shared prefix and suffix of an earlier exchange of the session. */
  readonly slices: readonly Uint8Array[];
  readonly model: string | null;
  readonly context: ExchangeContext | null;
}

export interface NewEmission {
  readonly callId: string | null;
  readonly tool: string | null;
  readonly repository: string | null;
  readonly path: string | null;
  readonly edit: Edit;
  /** Keyed fingerprints of its tokens (src/match), 53-bit integers: what retrieval finds it by. */
  readonly fingerprints: readonly number[];
}

export interface ExchangeEnd {
  readonly id: string;
  readonly firstByteAtMs: number | null;
  readonly endedAtMs: number;
  readonly status: number | null;
  readonly outcome: Exclude<ExchangeOutcome, 'open' | 'interrupted'>;
  readonly headers: readonly (readonly [string, string])[];
  readonly model: string | null;
  readonly stopReason: string | null;
  readonly usage: Usage | null;
  /** Where the request was not known whole when the exchange began: what it was in the end. */
  readonly request?: { readonly sha256: string; readonly bytes: number };
  readonly responseSha256: string;
  readonly clientSha256: string;
  readonly responseBytes: number;
  readonly rest?: Uint8Array; // masked reply bytes behind what appendReply was given
  readonly marks: Uint8Array; // of its events, as model/event-marks.ts writes them
  readonly masks: readonly MaskRecord[];
  readonly emissions: readonly NewEmission[];
  readonly context?: ExchangeContext; // where more is known of it than at the beginning
  /** What was said that was not said before: search finds it by this. Absent: `indexExchange` comes later. */
  readonly texts?: readonly SearchText[];
}

/** State of one file at one moment, as keyed token fingerprints by line: no text. */
export interface Observation {
  readonly repository: string;
  readonly worktree: string;
  /** Repository-relative. */
  readonly path: string;
  readonly atMs: number;
  /** The exchange whose request (`before`) or reply (`after`) it was taken at. */
  readonly exchange: string;
  readonly moment: 'before' | 'after';
  /** Git blob id of the content, null where the file is absent. */
  readonly blob: string | null;
  /** One array of token fingerprints per line, in order (see src/match/tokens.ts). */
  readonly lines: readonly (readonly number[])[];
}

export interface EmissionQuery {
  readonly repository: string;
  /** Emissions on these paths, plus snippets and commands of the repository … */
  readonly paths: readonly string[];
  /** … plus any that share one of these fingerprints. */
  readonly fingerprints: readonly number[];
  readonly untilMs?: number;
}

export interface SessionFilter {
  readonly user?: string;
  readonly repository?: string;
  readonly agent?: string;
  readonly model?: string;
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly limit?: number;
  /** How many of the newest to leave out: for reading page by page. */
  readonly offset?: number;
}

/** A commit that was attested: what `show` joins exchanges and commits by. */
export interface CommitRecord {
  readonly repository: string;
  readonly commit: string;
  readonly atMs: number;
  readonly exchanges: readonly string[];
  readonly logIndex: number;
}

export interface LogEntry {
  readonly index: number;
  /** Leaf data: canonical JSON of digests, at most 65,535 bytes. */
  readonly data: Uint8Array;
  readonly leafHash: Uint8Array;
}

/** The log as it stands, signed. */
export interface SignedCheckpoint {
  readonly origin: string;
  /** Verifier key, c2sp.org/signed-note form. */
  readonly vkey: string;
  readonly size: number;
  /** The signed note, ended by LF. */
  readonly note: string;
}

/** Offline proof that a leaf is in the log (c2sp.org/tlog-proof). */
export interface LeafProof {
  readonly origin: string;
  readonly vkey: string;
  readonly proof: string;
}

/** A leaf computed anew from the record that it stands for. */
export interface RecordCheck {
  readonly index: number;
  /** Null: no record here to compute it from. */
  readonly expected: Uint8Array | null;
  /** Of an exchange whose record is not here: what the log says about that, where the store keeps count. */
  readonly gone: 'pruned' | 'erased' | 'unexplained' | null;
  /** Says what of the record does not fit its own digest; null if all does. */
  readonly damage: string | null;
}

export interface Store extends SearchStore, VaultStore, TeamStore {
  addGrant(grant: Grant): Promise<void>;
  findGrant(tokenSha256: string): Promise<Grant | null>;
  touchGrant(id: string, atMs: number): Promise<void>;
  endGrant(id: string, atMs: number): Promise<void>;

  /** Finds or makes the session of (grant, conversation). */
  joinSession(grant: string, conversation: string | null, facts: OpeningFacts): Promise<Session>;
  listSessions(filter: SessionFilter): Promise<readonly Session[]>;
  /** All that fit, whatever the filter's limit and offset. */
  countSessions(filter: SessionFilter): Promise<number>;
  /** @param prefix start of an id. Throws AMBIGUOUS_ID; null if none. */
  findSession(prefix: string): Promise<Session | null>;

  beginExchange(draft: ExchangeDraft): Promise<void>;
  /** Appends masked reply bytes; may be called many times for large bodies. */
  appendReply(exchange: string, bytes: Uint8Array): Promise<void>;
  /** Closes the exchange, stores emissions and the log leaf in one transaction; resolves when durable. */
  endExchange(end: ExchangeEnd): Promise<{ readonly logIndex: number }>;
  listExchanges(session: string): Promise<readonly Exchange[]>;
  findExchange(prefix: string): Promise<Exchange | null>;
  readHeaders(exchange: string): Promise<{
    request: readonly (readonly [string, string])[];
    response: readonly (readonly [string, string])[];
  }>;
  /** null for records of older versions. */
  readContext(exchange: string): Promise<ExchangeContext | null>;
  readRequest(exchange: string): Promise<Uint8Array>;
  readReply(exchange: string): Promise<Uint8Array>;
  readEvents(exchange: string): Promise<readonly EventMark[]>;
  readEvidence(exchange: string): Promise<ExchangeEvidence | null>; // null while it is under way
  countExchanges(): Promise<number>;

  setOutcome(session: string, callId: string, outcome: Outcome): Promise<void>;
  reportOutcome(report: OutcomeReport): Promise<void>;
  findEmissions(query: EmissionQuery): Promise<readonly Emission[]>;
  listEmissions(exchange: string): Promise<readonly Emission[]>;

  addObservations(observations: readonly Observation[]): Promise<void>;
  findObservations(repository: string, paths: readonly string[]): Promise<readonly Observation[]>;

  /** Appends a leaf for a commit in the same log. */
  addCommit(
    record: Omit<CommitRecord, 'logIndex'>,
    leaf: Uint8Array,
  ): Promise<{ readonly logIndex: number }>;
  findCommits(exchange: string): Promise<readonly CommitRecord[]>;
  /** The newest record of a commit; null if it was never attested here. */
  findCommit(commit: string): Promise<CommitRecord | null>;

  /** Stores an event and its leaf in one transaction. */
  addEvent(event: NewEvent): Promise<EventRecord>;
  listEvents(filter: EventFilter): Promise<readonly LoggedEvent[]>; // newest first

  /** Appends a leaf that belongs to no exchange (policy change, denied attempt …). */
  appendLog(leaf: Uint8Array): Promise<{ readonly logIndex: number }>;
  logSize(): Promise<number>;
  readLog(firstIndex: number, count: number): Promise<readonly LogEntry[]>;

  /** Signs the log as it is now and publishes it in `log/`. */
  signCheckpoint(): Promise<SignedCheckpoint>;
  /** Writes every file of `log/` again, whatever is there. */
  rewriteLogFiles(): Promise<void>;
  /** The checkpoint signed last, null before the first. */
  lastCheckpoint(): Promise<string | null>;
  /** Throws RangeError for an index outside the log. */
  proveLeaf(index: number): Promise<LeafProof>;
  /** Hashes that prove that the log of `newSize` leaves begins with that of `oldSize`. Throws RangeError. */
  proveGrowth(oldSize: number, newSize: number): Promise<readonly Uint8Array[]>;
  /** Why a tree head, or a path in it, does not belong to this log's past; null if it does. */
  findContradiction(claim: {
    readonly size: number;
    readonly root: Uint8Array;
    readonly proof: { readonly index: number; readonly path: readonly Uint8Array[] } | null;
  }): Promise<string | null>;
  /** Recomputes the leaves [firstIndex, firstIndex + count) from their records. */
  checkRecords(firstIndex: number, count: number): Promise<readonly RecordCheck[]>;
  /** 32 random bytes made with the store: key of fingerprints and placeholders. */
  readKey(): Promise<Uint8Array>;
  close(): Promise<void>;
}
