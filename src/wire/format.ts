// What a provider's format must be able to do. One variant per provider; src/wire/formats.ts lists them.
import type { EventReading, TextSite, WireName, WireReply, WireRequest } from '../model/wire.ts';
import type { GateWatch, ReplyGate } from './gate.ts';

/** An answer of our own in the provider's place. */
export interface WireError {
  /** HTTP status that goes with it; the error's type is derived from it. */
  readonly status: number;
  /** For people: never a secret. */
  readonly message: string;
  /** Our own stable code, for example `STORE_FULL`. */
  readonly code: string;
}

/** Finds the model's text in the events of one reply. Stateful: later events name blocks that earlier ones opened. */
export interface SiteReader {
  /** @param json the event's parsed data, its text where that is not JSON. @param event its `event:` field. */
  read(json: unknown, event: string | null): EventReading;
}

/** Puts one reply together from its events. */
export interface ReplyReader {
  push(json: unknown, event: string | null): void;
  /** @param isCut the stream broke off: what was not finished is left out. */
  finish(isCut: boolean): WireReply;
}

export interface WireFormat {
  readonly name: WireName;
  /** @param path after the connection, without query, with or without the version segment. */
  matches(method: string, path: string): boolean;
  /** @param path as for `matches`: one format keeps the model's name there. Never throws. */
  parseRequest(body: unknown, path: string): WireRequest;
  /** A reply that is one JSON document, an error included. Never throws. */
  parseReply(body: unknown): WireReply;
  /** The text in such a document. */
  bodySites(body: unknown): readonly TextSite[];
  openSiteReader(): SiteReader;
  openReplyReader(): ReplyReader;
  /** For a reply in events. */
  openGate(watch: GateWatch): ReplyGate;
  /** For a reply that is one document. */
  openBodyGate(watch: GateWatch): ReplyGate;
  /** JSON document in the provider's own error shape. */
  errorBody(error: WireError): string;
  /** The bytes of an event, blank line included, that tells the provider's clients that the stream failed. */
  errorEvent(error: WireError): string;
}

export const NO_USAGE = {
  inputTokens: null,
  outputTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
} as const;
