// The part of the store's interface that keeps masked values for their owner.

export interface VaultEntry {
  readonly placeholder: string;
  readonly rule: string;
  /** AES-256-GCM under the vault's key, which is not in the store. */
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly expiresAtMs: number;
}

export interface VaultStore {
  putSecret(entry: VaultEntry): Promise<void>;
  findSecret(placeholder: string, nowMs: number): Promise<VaultEntry | null>;
}
