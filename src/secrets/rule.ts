// A rule: one kind of token that its provider documents, written as shapes (see shape.ts).

export interface SecretRule {
  /** `provider-what`, lower case, stable: it names findings, baselines and placeholders. */
  readonly id: string;
  readonly shapes: readonly string[];
  /** Bits per character that the part after the literal start must reach; the default follows from its length. */
  readonly entropy?: number;
  /** A check of the token's inside, run after the shape matched. */
  readonly check?: TokenCheck;
  /** How many characters at the token's start stay: `?sig=` and the like, found by but not part of the secret. */
  readonly lead?: number;
}

/** @returns false where the token cannot be what its shape says. */
export type TokenCheck = (token: string) => boolean;
