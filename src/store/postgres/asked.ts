// Requests for approval, asked by any instance and answered through any other.
import { type AskedRow, askedOf, onlyAsked } from '../asked-rows.ts';
import {
  type Asked,
  type AskedDecision,
  ASKED_SEEN_MS,
  type AskedStore,
  type NewAsked,
} from '../asked-store.ts';
import { type Ask, only, type Sql } from './sql.ts';

export const askedCalls = (sql: Sql): AskedStore => ({
  keepAsked: (asked) => sql.transaction((ask) => keepAsked(ask, asked)),
  listAsked: async (limit) =>
    (await sql.ask<AskedRow>('SELECT * FROM asked ORDER BY at_ms DESC, id LIMIT $1', [limit])).map(
      askedOf,
    ),
  findAsked: async (prefix) =>
    onlyAsked(
      await sql.ask<AskedRow>('SELECT * FROM asked WHERE starts_with(id, $1) LIMIT 2', [prefix]),
      prefix,
    ),
  decideAsked: (decision) => decideAsked(sql.ask, decision),
  useAsked: (key, nowMs) => useAsked(sql.ask, key, nowMs),
});

async function keepAsked(ask: Ask, asked: NewAsked): Promise<Asked> {
  await ask('UPDATE asked SET is_open = NULL WHERE key = $1 AND expires_ms <= $2', [
    asked.key,
    asked.atMs,
  ]);
  await ask(
    `INSERT INTO asked (id, key, who, email, request, at_ms, expires_ms, is_open)
      VALUES ($1, $2, $3, $4, $5, $6, $7, true) ON CONFLICT DO NOTHING`,
    [asked.id, asked.key, asked.who, asked.email, asked.request, asked.atMs, asked.expiresAtMs],
  );
  return askedOf(
    only(await ask<AskedRow>('SELECT * FROM asked WHERE key = $1 AND is_open', [asked.key])),
  );
}

/** The same answer may be given again, where the connection was lost after the first one was taken. */
async function decideAsked(
  ask: Ask,
  { id, isApproval, decision, atMs }: AskedDecision,
): Promise<boolean> {
  const rows = await ask(
    `UPDATE asked SET decision = $1, is_approved = $2, is_open = NULL
      WHERE id = $3 AND (decision IS NULL OR decision = $1) AND expires_ms > $4 RETURNING id`,
    [decision, isApproval, id, atMs],
  );
  return rows.length === 1;
}

/** Of two that come at once one waits for the other's row, and then finds it used. */
async function useAsked(ask: Ask, key: string, nowMs: number): Promise<Asked | null> {
  const [row] = await ask<AskedRow>(
    `UPDATE asked SET used_ms = $2 WHERE used_ms IS NULL AND id = (SELECT id FROM asked WHERE key = $1 AND is_approved
        AND used_ms IS NULL AND expires_ms > $2 ORDER BY at_ms LIMIT 1) RETURNING *`,
    [key, nowMs],
  );
  return row === undefined ? null : askedOf(row);
}

export async function dropExpiredAsked(ask: Ask, nowMs: number): Promise<void> {
  await ask('DELETE FROM asked WHERE expires_ms <= $1', [nowMs - ASKED_SEEN_MS]);
}
