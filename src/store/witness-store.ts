// What a witness keeps of other logs, all of it before it is cosigned, and what a witness of this log is shown.

/** Of somebody else's log. */
export interface WitnessedCheckpoint {
  readonly origin: string;
  readonly vkey: string;
  /** Size of the one that it follows; 0: it is the first. */
  readonly before: number;
  readonly size: number;
  /** The signed note, ended by LF. */
  readonly note: string;
  /** Who showed it: issuer and subject. */
  readonly who: string;
  readonly atMs: number;
}

export interface WitnessStore {
  /** @returns what follows `before` in that log: this one, or another that came first. */
  keepWitnessed(seen: WitnessedCheckpoint): Promise<WitnessedCheckpoint>;
  /** The newest of a log; null: none yet. */
  findWitnessed(origin: string): Promise<WitnessedCheckpoint | null>;
  /** Hashes that prove that a leaf of this log is in it as it was at `size` leaves. Throws RangeError. */
  proveInclusion(index: number, size: number): Promise<readonly Uint8Array[]>;
}
