// What of a recording can be checked by somebody who has neither the store nor the machine.

/** A closed exchange as evidence: what its leaf's digest is over, and the bytes that this names by their SHA-256. */
export interface ExchangeEvidence {
  readonly logIndex: number;
  /** Hex. */
  readonly salt: string;
  /** Canonical JSON. Its `request`, `reply` are SHA-256 over the parts' SHA-256; headers and context of one part. */
  readonly record: string;
  readonly request: readonly Uint8Array[];
  readonly reply: readonly Uint8Array[];
  readonly requestHeaders: Uint8Array;
  readonly responseHeaders: Uint8Array | null;
  readonly context: Uint8Array | null;
}
