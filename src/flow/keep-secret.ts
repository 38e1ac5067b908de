// The vault: values that masking replaced, kept for their owner if policy says so. Encrypted under a key that lies
// elsewhere (the keyring, or a key file of its own), each for a limited time.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Fault } from '../model/fault.ts';
import type { Store, VaultEntry } from '../store/store.ts';

/** How long a value can be revealed. */
export const SECRET_DAYS = 30;
const DAY_MS = 86_400_000;
const TAG_BYTES = 16;

export interface MaskedValue {
  readonly placeholder: string;
  readonly rule: string;
  readonly value: string;
}

/** Stores the value; an earlier one under the same placeholder is the same value and lives on. */
export async function keepSecret(
  store: Store,
  key: Uint8Array,
  masked: MaskedValue & { readonly atMs: number },
): Promise<void> {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  // bound to its placeholder: entries cannot be swapped in the database
  cipher.setAAD(Buffer.from(masked.placeholder));
  const ciphertext = Buffer.concat([
    cipher.update(masked.value, 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  const { placeholder, rule } = masked;
  const expiresAtMs = masked.atMs + SECRET_DAYS * DAY_MS;
  await store.putSecret({ placeholder, rule, nonce, ciphertext, expiresAtMs });
}

/** @throws Fault KEY_UNREADABLE where the entry was made under another key or was changed. */
export function openSecret(entry: VaultEntry, key: Uint8Array): string {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, entry.nonce);
    decipher.setAAD(Buffer.from(entry.placeholder));
    decipher.setAuthTag(entry.ciphertext.subarray(-TAG_BYTES));
    const text = decipher.update(entry.ciphertext.subarray(0, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new Fault('KEY_UNREADABLE', `vault: ${entry.placeholder} does not open under its key`, {
      cause,
      fix: 'restore the key that this machine had when the value was masked',
    });
  }
}
