// The vault: values that masking replaced, kept for their owner if policy says so. Encrypted under a key that lies
// elsewhere (the keyring, or a key file of its own), each for a limited time.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { ensureVaultKey } from '../../identity/vault-key.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { MaskedValue } from '../../secrets/mask-text.ts';
import type { Store } from '../../store/store.ts';
import type { VaultEntry } from '../../store/vault-store.ts';

/** How long a value can be revealed. */
export const SECRET_DAYS = 30;
const DAY_MS = 86_400_000;
const TAG_BYTES = 16;

/** Placeholders whose values were stored lately: a conversation resends its history with every request. */
const RECENT_MAX = 10_000;

/**
 * Keeps what masking replaces, behind its back: a value that cannot be kept is one that cannot be revealed later, and
 * nothing waits for it.
 *
 * @param log told of failures, never of values.
 */
export function openVault(
  work: { readonly store: Store; readonly caller: Caller; readonly home: string },
  log: (line: string) => void,
): (masked: MaskedValue) => void {
  const recent = new Set<string>();
  let key: Promise<Uint8Array> | null = null;
  return (masked) => {
    if (recent.has(masked.placeholder)) return;
    recent.add(masked.placeholder);
    for (const oldest of recent) if (recent.size > RECENT_MAX) recent.delete(oldest);
    key ??= ensureVaultKey(work.caller, work.home);
    key
      .then((bytes) => keepSecret(work.store, bytes, { ...masked, atMs: Date.now() }))
      .catch((thrown: unknown) => {
        recent.delete(masked.placeholder);
        key = null;
        const why = thrown instanceof Error ? thrown.message : String(thrown);
        log(`vault: ${masked.placeholder} was not kept: ${why}`);
      });
  };
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
