// Takes exchanges away: a month that goes as a whole by dropping its tables, others row by row; always in one transaction
// with the log's entry that says so. One process at a time.
import type { GoneRecords, Hold, Removable, Removal } from '../../model/removal.ts';
import { digestOfGone, type GoneEvent, goneOf } from '../gone.ts';
import type { Core } from './core.ts';
import { addEventIn } from './events.ts';
import { dropMonth, listMonths, monthOf } from './months.ts';
import { type Ask, only, type SqlValue } from './sql.ts';
import { markObjects, sweep } from './sweep.ts';

/** Exchanges of one transaction: short enough that no recording waits for it. */
const TOGETHER = 200;
/** Any number. */
const LOCK = 7_241_903;

const FROM = 'FROM exchanges e JOIN sessions s ON s.n = e.session';
const NOT_HELD = 'e.session NOT IN (SELECT session FROM holds)';

export async function countRemovable(ask: Ask, removal: Removal): Promise<Removable> {
  const { sql, values } = whereOf(removal);
  const counted = only(
    await ask<Omit<Removable, 'held'>>(
      `SELECT count(DISTINCT e.session) AS sessions, count(*) AS exchanges,
         coalesce(sum(e.request_bytes + e.response_bytes), 0)::bigint AS bytes ${FROM} WHERE ${sql} AND ${NOT_HELD}`,
      values,
    ),
  );
  const held = await ask<Hold>(
    `${HOLDS} WHERE EXISTS (SELECT FROM exchanges e WHERE e.session = s.n AND ${sql}) ORDER BY h.at_ms`,
    values,
  );
  return { ...counted, held };
}

const HOLDS = `SELECT s.id AS session, h.reason, h.by_whom AS "by", h.at_ms AS "atMs"
  FROM holds h JOIN sessions s ON s.n = h.session`;

export async function listWorktrees(ask: Ask, beforeMs: number): Promise<readonly string[]> {
  const rows = await ask<{ worktree: string }>(
    `SELECT DISTINCT coalesce(worktree, '') AS worktree FROM sessions WHERE started_ms < $1 AND exchanges > 0`,
    [beforeMs],
  );
  return rows.map(({ worktree }) => worktree);
}

/** @returns how many went; 0: nothing is left, and nothing refers to what belonged to it. */
export async function removeExchanges(core: Core, removal: Removal, by: string): Promise<number> {
  const count = await core.sql.transaction(async (ask) => {
    await ask('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const work = { ask, removal, by };
    return (await removeMonth(work)) ?? (await removeSome(work));
  });
  if (count > 0) return count;
  await sweep(core, LOCK);
  await core.objects.sweep();
  return 0;
}

interface Work {
  readonly ask: Ask;
  readonly removal: Removal;
  readonly by: string;
}

/** The oldest month, where all that is in it goes. @returns null where something of it stays. */
async function removeMonth({ ask, removal, by }: Work): Promise<number | null> {
  const [month] = await listMonths(ask);
  const { beforeMs, why } = removal;
  if (month === undefined || beforeMs === null || why !== 'pruned' || month >= monthOf(beforeMs))
    return null;
  const { sql, values } = whereOf(removal);
  const kept = await ask(
    `SELECT ${FROM} WHERE e.month = $${values.length + 1} AND NOT (${sql} AND ${NOT_HELD}) LIMIT 1`,
    [...values, month],
  );
  if (kept.length > 0) return null;
  const rows = await ask<{ log_index: number }>(
    'SELECT log_index FROM exchanges WHERE month = $1',
    [month],
  );
  await forget(ask, 'month = $1', [month]);
  // before the log's row is locked: who ends an exchange locks the tables first, then that row
  await dropMonth(ask, month);
  await ask('DELETE FROM unswept WHERE month = $1', [month]);
  await markObjects(ask, [month]);
  if (rows.length > 0)
    await tell(
      { ask, removal, by },
      rows.map((row) => row.log_index),
    );
  return rows.length;
}

async function removeSome({ ask, removal, by }: Work): Promise<number> {
  const { sql, values } = whereOf(removal);
  const rows = await ask<{ n: number; id: string; month: number; log_index: number }>(
    `SELECT e.n, e.id, e.month, e.log_index ${FROM} WHERE ${sql} AND ${NOT_HELD} ORDER BY e.n LIMIT ${TOGETHER}`,
    values,
  );
  if (rows.length === 0) {
    await removeEmpty(ask, removal);
    return 0;
  }
  const numbers = rows.map(({ n }) => n);
  await forget(ask, 'n = ANY($1)', [numbers]);
  await ask(
    'DELETE FROM fingerprints WHERE emission IN (SELECT n FROM emissions WHERE exchange = ANY($1))',
    [numbers],
  );
  for (const table of ['emissions', 'replies', 'texts'])
    await ask(`DELETE FROM ${table} WHERE exchange = ANY($1)`, [numbers]);
  await ask('DELETE FROM observations WHERE exchange = ANY($1)', [rows.map(({ id }) => id)]);
  await ask('DELETE FROM exchanges WHERE n = ANY($1)', [numbers]);
  const months = [...new Set(rows.map(({ month }) => month))];
  await ask('INSERT INTO unswept SELECT unnest($1::integer[]) ON CONFLICT DO NOTHING', [months]);
  await markObjects(ask, months);
  await tell(
    { ask, removal, by },
    rows.map((row) => row.log_index),
  );
  return rows.length;
}

/** What lies elsewhere of exchanges that go. */
async function forget(ask: Ask, which: string, values: readonly SqlValue[]): Promise<void> {
  await ask(
    `DELETE FROM asked WHERE request::json ->> 'exchange' IN (SELECT id FROM exchanges WHERE ${which})`,
    values,
  );
  await ask(
    `DELETE FROM vault WHERE placeholder IN (SELECT mask ->> 'placeholder'
       FROM exchanges, json_array_elements(masks::json) AS mask WHERE ${which})`,
    values,
  );
  await ask(
    `UPDATE sessions SET exchanges = exchanges - gone.count
     FROM (SELECT session, count(*) AS count FROM exchanges WHERE ${which} GROUP BY session) AS gone
     WHERE sessions.n = gone.session`,
    values,
  );
}

async function tell({ ask, removal, by }: Work, indexes: readonly number[]): Promise<void> {
  const { why, beforeMs } = removal;
  const before = beforeMs === null ? null : new Date(beforeMs).toISOString();
  const detail = { exchanges: indexes.length, records: digestOfGone(indexes), before, by };
  const { id } = await addEventIn(ask, { kind: why, atMs: Date.now(), detail });
  await ask('INSERT INTO gone (log_index, event) SELECT unnest($1::bigint[]), $2', [indexes, id]);
}

/** Sessions without exchanges, and grants without sessions, say who was there: they go once they are over. */
async function removeEmpty(ask: Ask, { why, beforeMs }: Removal): Promise<void> {
  const now = Date.now();
  const before = beforeMs ?? now;
  await ask(
    `DELETE FROM sessions s WHERE exchanges = 0 AND last_ms < $1 AND n NOT IN (SELECT session FROM holds)
       AND NOT EXISTS (SELECT FROM exchanges e WHERE e.session = s.n)`,
    [before],
  );
  await ask(
    `DELETE FROM grants g WHERE (ended_ms IS NOT NULL OR expires_ms < $1) AND used_ms < $2
       AND NOT EXISTS (SELECT FROM sessions s WHERE s.grant_id = g.id)`,
    [now, why === 'erased' ? now : before],
  );
}

/** What is under way is not taken away: it has no leaf yet. */
function whereOf(removal: Removal): { readonly sql: string; readonly values: readonly SqlValue[] } {
  const { beforeMs, user, session, worktree } = removal;
  const values: SqlValue[] = [];
  const terms = ["e.outcome <> 'open'"];
  if (beforeMs !== null) terms.push(`e.started_ms < $${values.push(beforeMs)}`);
  if (user !== null) {
    const it = `lower($${values.push(user)})`;
    terms.push(`(lower(s.user_name) = ${it} OR lower(s.user_email) = ${it})`);
  }
  if (session !== null) terms.push(`s.id = $${values.push(session)}`);
  if (worktree !== null) terms.push(`coalesce(s.worktree, '') = $${values.push(worktree)}`);
  return { sql: terms.join(' AND '), values };
}

/** What each prune and erasure says it took, held against what is gone. */
export async function listGone(ask: Ask): Promise<readonly GoneRecords[]> {
  const rows = await ask<GoneEvent & { readonly indexes: readonly number[] }>(
    `SELECT g.event, v.kind, v.detail, array_agg(g.log_index ORDER BY g.log_index)::float8[] AS indexes
     FROM gone g LEFT JOIN events v ON v.id = g.event GROUP BY g.event, v.kind, v.detail ORDER BY min(g.log_index)`,
  );
  return rows.map((row) => goneOf(row, row.indexes));
}

export async function findGone(ask: Ask, logIndex: number): Promise<'pruned' | 'erased' | null> {
  const [row] = await ask<{ kind: 'pruned' | 'erased' }>(
    'SELECT v.kind FROM gone g JOIN events v ON v.id = g.event WHERE g.log_index = $1',
    [logIndex],
  );
  return row?.kind ?? null;
}

export async function addHold(ask: Ask, { session, reason, by, atMs }: Hold): Promise<void> {
  await ask(
    `INSERT INTO holds (session, reason, by_whom, at_ms) SELECT n, $2, $3, $4 FROM sessions WHERE id = $1
     ON CONFLICT (session) DO UPDATE SET reason = excluded.reason, by_whom = excluded.by_whom, at_ms = excluded.at_ms`,
    [session, reason, by, atMs],
  );
}

export async function removeHold(ask: Ask, session: string): Promise<void> {
  await ask('DELETE FROM holds WHERE session = (SELECT n FROM sessions WHERE id = $1)', [session]);
}

export const listHolds = (ask: Ask): Promise<readonly Hold[]> => ask(`${HOLDS} ORDER BY h.at_ms`);
