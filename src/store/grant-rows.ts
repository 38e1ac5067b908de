// Grants: what session tokens stand for.
import { type Identity, LOCAL_IDENTITY } from '../model/context.ts';
import type { Grant, Place } from '../model/session.ts';
import type { Database } from './database.ts';

export function addGrant(database: Database, grant: Grant): void {
  const { principal } = grant;
  database.run(
    `INSERT INTO grants (id, token_sha256, user_name, user_email, place, agent, opened_ms, used_ms, expires_ms, ended_ms,
       context)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      grant.id,
      grant.tokenSha256,
      principal.name,
      principal.email,
      JSON.stringify(grant.place),
      grant.agent,
      grant.openedAtMs,
      grant.lastUsedAtMs,
      grant.expiresAtMs,
      grant.endedAtMs,
      formatIdentity(grant.identity),
    ],
  );
}

export function findGrant(database: Database, tokenSha256: string): Grant | null {
  const row = database.get<GrantRow>('SELECT * FROM grants WHERE token_sha256 = ?', [tokenSha256]);
  if (row === undefined) return null;
  const place: Place = JSON.parse(row.place);
  return {
    id: row.id,
    tokenSha256: row.token_sha256,
    principal: { name: row.user_name, email: row.user_email },
    identity: parseIdentity(row.context),
    place,
    agent: row.agent,
    openedAtMs: row.opened_ms,
    lastUsedAtMs: row.used_ms,
    expiresAtMs: row.expires_ms,
    endedAtMs: row.ended_ms,
  };
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

/** What a person's own git says is the rule: it takes no room. */
export const formatIdentity = (identity: Identity): string | null =>
  identity.source === 'git' ? null : JSON.stringify(identity);

export function parseIdentity(text: string | null): Identity {
  const identity: Identity = text === null ? LOCAL_IDENTITY : JSON.parse(text);
  return identity;
}

interface GrantRow {
  readonly id: string;
  readonly token_sha256: string;
  readonly user_name: string;
  readonly user_email: string;
  readonly place: string;
  readonly agent: string | null;
  readonly opened_ms: number;
  readonly used_ms: number;
  readonly expires_ms: number;
  readonly ended_ms: number | null;
  readonly context: string | null;
}
