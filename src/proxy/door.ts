// What the proxy asks of the program behind it. The proxy moves bytes between sockets; whoever implements this decides
// who may come in, records, and changes what a rule changes.
import type { SecureContext } from 'node:tls';
import type { WireFormat } from '../wire/format.ts';
import type { Hop } from './hops.ts';
import type { Incoming } from './read-body.ts';

/** A request that has reached the listener, before its body was read. */
export interface Knock {
  readonly token: string;
  /** '' where the client asked a proxy for an origin instead. */
  readonly connection: string;
  /** What it asked the forward proxy for; `path` is then the origin's own. */
  readonly forward: { readonly origin: string; readonly isTunnelled: boolean } | null;
  /** The same URL read as one without a token; null where it cannot be. */
  readonly bare: { readonly connection: string; readonly path: string } | null;
  readonly method: string;
  /** What follows the connection in the URL, query included; starts with a slash. */
  readonly path: string;
  /** Names and values by turns, as received. */
  readonly headers: readonly string[];
}

/** An answer of our own. */
export interface Refusal {
  readonly kind: 'refused';
  readonly status: number;
  /** Stable code, for example TOKEN_UNKNOWN. */
  readonly code: string;
  readonly message: string;
  /** Whose error shape to use; null: a plain one. */
  readonly format: WireFormat | null;
  /** The client asks its person, or its helper, for a password and comes again. */
  readonly asksForPassword?: boolean;
}

/** A whole reply of our own in place of the upstream's. */
export interface Answered {
  readonly kind: 'answered';
  readonly reply: { readonly contentType: string; readonly body: string };
}

/** Goes on in place of the request's body: decoded, whole. */
export interface Changed {
  readonly kind: 'changed';
  readonly body: Uint8Array;
}

/** One piece of a reply on its way to the client. */
export interface Piece {
  readonly client: Uint8Array;
  readonly record: Uint8Array;
  /** With it the reply is over for the client: it goes out only after the record is acknowledged. */
  readonly isTerminal: boolean;
}

export type Ending = 'ok' | 'client-abort' | 'upstream-error' | 'refused';

export interface ReplyHead {
  readonly status: number;
  /** Names and values by turns. */
  readonly headers: readonly string[];
}

/** The reply of one exchange as it passes. Calls come in the order push*, end, settle; settle may come at any time. */
export interface ReplyTap {
  push(bytes: Uint8Array): readonly Piece[];
  /** @param isCut the upstream broke off. */
  end(isCut: boolean): readonly Piece[];
  /** What a held part of the reply waits for; null where nothing is held. To be followed by `resume`. */
  held(): Promise<void> | null;
  resume(): readonly Piece[];
  /** A sign of life that goes out while something is held; null where the reply has no such form. */
  idle(): Uint8Array | null;
  /** Hands over recorded bytes; a promise where the recorder wants the reader to wait. */
  keep(record: Uint8Array): Promise<void> | null;
  /** Closes the record; resolves when it is durable. Later calls do nothing. @throws Fault of the store. */
  settle(ending: Ending): Promise<void>;
  /** The bytes that tell the provider's client, in mid-stream, that this failed; null where there is no such form. */
  failure(thrown: unknown): Uint8Array | null;
}

/** `whole`: all of it. `start`: it is longer than what is kept in memory; the rest streams past. */
export type RequestBody =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'start'; readonly bytes: Uint8Array; readonly passed: () => PassedBody };

/** Of all that has passed so far. */
export interface PassedBody {
  /** Hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** One admitted exchange. */
export interface Visit {
  readonly kind: 'admitted';
  readonly format: WireFormat | null;
  /** Origin of the upstream, without path. */
  readonly origin: string;
  /** The caller's own proxy on the way there; null: none. */
  readonly hop: Hop | null;
  /** Path and query to ask the upstream for. */
  readonly path: string;
  /** Takes the body, whole, before any of it goes on; null: it is read as usual. */
  readonly take: ((body: AsyncIterator<Buffer>) => Promise<Incoming | Refusal>) | null;
  /** Whatever `take` keeps is needed no more. Never rejects. */
  readonly release: () => Promise<void>;
  /** What goes upstream in place of the client's headers. @param headers names and values by turns. */
  outgoing(headers: readonly string[]): readonly string[];
  /** What goes to the client in place of the upstream's headers. */
  incoming(headers: readonly string[]): readonly string[];
  /**
   * Records the request and resolves when that is acknowledged, and whoever must agree to it has: only then it is
   * forwarded; null: as it came.
   *
   * @param gone aborted when the client hangs up.
   */
  begin(body: RequestBody, gone: AbortSignal): Promise<Refusal | Answered | Changed | null>;
  openReply(head: ReplyHead): ReplyTap;
  /** Aborts, with a Fault as its reason, where somebody ends the session while this is under way. */
  readonly stop: AbortSignal;
  /** No reply came: closes the record. */
  fail(ending: Ending): Promise<void>;
}

export interface TunnelKnock {
  readonly token: string;
  readonly host: string;
  readonly port: number;
}

/** A CONNECT: `known` hosts are decrypted, `blind` ones are counted. */
export type Tunnel =
  | { readonly kind: 'known'; readonly context: () => Promise<SecureContext> }
  | {
      readonly kind: 'blind';
      /** As that of a visit. */
      readonly stop: AbortSignal;
      /** As of a visit. */
      readonly hop: Hop | null;
      /** Records who connects where; resolves when that is acknowledged. */
      readonly begin: () => Promise<Refusal | null>;
      /** Closes the record. Never rejects. */
      readonly end: (ended: {
        readonly sentBytes: number;
        readonly receivedBytes: number;
        readonly ending: Ending;
      }) => Promise<void>;
    };

export interface Door {
  /** Host names besides those of loopback that it may be asked by, lower case. */
  readonly names?: readonly string[];
  admit(knock: Knock): Promise<Visit | Refusal>;
  admitTunnel(knock: TunnelKnock): Promise<Tunnel | Refusal>;
  /** The proxy itself turned somebody away. */
  turnedAway(refusal: Refusal): void;
}
