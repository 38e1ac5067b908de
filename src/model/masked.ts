/** A secret that recordings speak of by its placeholder, which is a keyed fingerprint: the value itself is nowhere. */
export interface MaskedSecret {
  readonly placeholder: string;
  readonly firstSeenAtMs: number;
  readonly lastSeenAtMs: number;
  /** Where it turned up first. */
  readonly session: string;
  readonly exchange: string;
  /** How many exchanges hold it. */
  readonly exchanges: number;
}
