// Requests for approval, and their answers.
import { Fault } from '../model/fault.ts';
import { type Asked, type AskedDecision, ASKED_SEEN_MS, type NewAsked } from './asked-store.ts';
import type { Database } from './database.ts';

export interface AskedRow {
  readonly id: string;
  readonly key: string;
  readonly who: string;
  readonly email: string;
  readonly request: string;
  readonly at_ms: number;
  readonly expires_ms: number;
  readonly decision: string | null;
  readonly used_ms: number | null;
}

export const askedOf = (row: AskedRow): Asked => ({
  id: row.id,
  key: row.key,
  who: row.who,
  email: row.email,
  request: row.request,
  atMs: row.at_ms,
  expiresAtMs: row.expires_ms,
  decision: row.decision,
  usedAtMs: row.used_ms,
});

export function keepAsked(database: Database, asked: NewAsked): Asked {
  database.run('DELETE FROM asked WHERE expires_ms <= ?', [asked.atMs - ASKED_SEEN_MS]);
  database.run('UPDATE asked SET is_open = NULL WHERE key = ? AND expires_ms <= ?', [
    asked.key,
    asked.atMs,
  ]);
  database.run(
    `INSERT INTO asked (id, key, who, email, request, at_ms, expires_ms, is_open) VALUES (?, ?, ?, ?, ?, ?, ?, 1)
      ON CONFLICT DO NOTHING`,
    [asked.id, asked.key, asked.who, asked.email, asked.request, asked.atMs, asked.expiresAtMs],
  );
  const row = database.get<AskedRow>('SELECT * FROM asked WHERE key = ? AND is_open = 1', [
    asked.key,
  ]);
  if (row === undefined) throw new Error('what was asked for is not there');
  return askedOf(row);
}

export const listAsked = (database: Database, limit: number): readonly Asked[] =>
  database
    .all<AskedRow>('SELECT * FROM asked ORDER BY at_ms DESC, id LIMIT ?', [limit])
    .map(askedOf);

export function findAsked(database: Database, prefix: string): Asked | null {
  const rows = database.all<AskedRow>(
    'SELECT * FROM asked WHERE substr(id, 1, length(?)) = ? LIMIT 2',
    [prefix, prefix],
  );
  return onlyAsked(rows, prefix);
}

/** @throws Fault AMBIGUOUS_ID. */
export function onlyAsked([row, other]: readonly AskedRow[], prefix: string): Asked | null {
  if (other !== undefined)
    throw new Fault('AMBIGUOUS_ID', `several requests for approval begin with ${prefix}`);
  return row === undefined ? null : askedOf(row);
}

export function decideAsked(
  database: Database,
  { id, isApproval, decision, atMs }: AskedDecision,
): boolean {
  const row = database.get(
    `UPDATE asked SET decision = ?, is_approved = ?, is_open = NULL
      WHERE id = ? AND decision IS NULL AND expires_ms > ? RETURNING id`,
    [decision, isApproval ? 1 : 0, id, atMs],
  );
  return row !== undefined;
}

export function useAsked(database: Database, key: string, nowMs: number): Asked | null {
  const row = database.get<AskedRow>(
    `UPDATE asked SET used_ms = ? WHERE id = (SELECT id FROM asked WHERE key = ? AND is_approved = 1
        AND used_ms IS NULL AND expires_ms > ? ORDER BY at_ms LIMIT 1) RETURNING *`,
    [nowMs, key, nowMs],
  );
  return row === undefined ? null : askedOf(row);
}
