// The vault's entries.
import type { VaultEntry } from '../vault-store.ts';
import type { Ask } from './sql.ts';

export async function putSecret(ask: Ask, entry: VaultEntry): Promise<void> {
  await ask(
    `INSERT INTO vault AS v (placeholder, rule, nonce, ciphertext, expires_ms) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (placeholder) DO UPDATE SET nonce = excluded.nonce, ciphertext = excluded.ciphertext,
       expires_ms = greatest(v.expires_ms, excluded.expires_ms)`,
    [entry.placeholder, entry.rule, entry.nonce, entry.ciphertext, entry.expiresAtMs],
  );
}

export async function findSecret(
  ask: Ask,
  placeholder: string,
  nowMs: number,
): Promise<VaultEntry | null> {
  const [row] = await ask<VaultEntry>(
    `SELECT placeholder, rule, nonce, ciphertext, expires_ms AS "expiresAtMs" FROM vault
     WHERE placeholder = $1 AND expires_ms > $2`,
    [placeholder, nowMs],
  );
  return row ?? null;
}

export async function dropExpiredSecrets(ask: Ask, nowMs: number): Promise<void> {
  await ask('DELETE FROM vault WHERE expires_ms <= $1', [nowMs]);
}
