// Grants: what session tokens stand for.
import type { Grant } from '../model/session.ts';
import type { Database } from './database.ts';
import { grantOf, type GrantRow, grantValues } from './grant-row.ts';

export function addGrant(database: Database, grant: Grant): void {
  database.run(
    `INSERT INTO grants (id, token_sha256, user_name, user_email, place, agent, opened_ms, used_ms, expires_ms, ended_ms,
       context)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    grantValues(grant),
  );
}

export function findGrant(database: Database, tokenSha256: string): Grant | null {
  const row = database.get<GrantRow>('SELECT * FROM grants WHERE token_sha256 = ?', [tokenSha256]);
  return row === undefined ? null : grantOf(row);
}

/** A grant in use lives on for as long as it was opened for (DECISIONS 6). */
export function touchGrant(database: Database, id: string, atMs: number): void {
  database.run(
    `UPDATE grants SET expires_ms = expires_ms + max(0, ?1 - used_ms), used_ms = max(used_ms, ?1) WHERE id = ?2`,
    [atMs, id],
  );
}

export function endGrant(database: Database, id: string, atMs: number): void {
  database.run('UPDATE grants SET ended_ms = coalesce(ended_ms, ?) WHERE id = ?', [atMs, id]);
}
