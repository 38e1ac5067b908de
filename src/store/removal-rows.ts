// Takes exchanges away: rows, words and observations at once, in one transaction with the log's entry that says so. Parts
// that others may share go later (garbage.ts).
import type { GoneRecords, Hold, Removable, Removal } from '../model/removal.ts';
import type { Database, Value } from './database.ts';
import { addEvent } from './event-rows.ts';
import { digestOfGone, goneOf } from './gone.ts';

/** Exchanges of one transaction: short enough that no recording waits for it. */
const TOGETHER = 200;

export function countRemovable(database: Database, removal: Removal): Removable {
  const { sql, values } = whereOf(removal);
  const row = database.get<{ sessions: number; exchanges: number; bytes: number | null }>(
    `SELECT count(DISTINCT e.session) AS sessions, count(*) AS exchanges,
       sum(e.request_bytes + e.response_bytes) AS bytes
     FROM exchanges e JOIN sessions s ON s.n = e.session WHERE ${sql} AND ${NOT_HELD}`,
    values,
  );
  const held = database.all<HoldRow>(
    `SELECT DISTINCT s.id, h.reason, h.by_whom, h.at_ms
     FROM holds h JOIN sessions s ON s.n = h.session JOIN exchanges e ON e.session = s.n
     WHERE ${sql} ORDER BY h.at_ms`,
    values,
  );
  return {
    sessions: row?.sessions ?? 0,
    exchanges: row?.exchanges ?? 0,
    bytes: row?.bytes ?? 0,
    held: held.map(holdOf),
  };
}

export const listWorktrees = (database: Database, beforeMs: number): readonly string[] =>
  database
    .all<{ worktree: string | null }>(
      `SELECT DISTINCT worktree FROM sessions s WHERE started_ms < ?
       AND EXISTS (SELECT 1 FROM exchanges e WHERE e.session = s.n AND e.started_ms < ?)`,
      [beforeMs, beforeMs],
    )
    .map(({ worktree }) => worktree ?? '');

/** @returns how many went. */
export function removeExchanges(database: Database, removal: Removal, by: string): number {
  const { sql, values } = whereOf(removal);
  const rows = database.all<GoingRow>(
    `SELECT e.n, e.session, e.id, e.log_index, e.masks FROM exchanges e JOIN sessions s ON s.n = e.session
     WHERE ${sql} AND ${NOT_HELD} ORDER BY e.n LIMIT ${TOGETHER}`,
    values,
  );
  if (rows.length === 0) {
    removeEmpty(database, removal);
    return 0;
  }
  const event = addEvent(database, {
    kind: removal.why,
    atMs: Date.now(),
    detail: {
      exchanges: rows.length,
      records: digestOfGone(rows.map(({ log_index }) => log_index)),
      before: removal.beforeMs === null ? null : new Date(removal.beforeMs).toISOString(),
      by,
    },
  });
  for (const row of rows) removeOne(database, row, event.id);
  const ids = JSON.stringify(rows.map(({ id }) => id));
  database.run('DELETE FROM observations WHERE exchange IN (SELECT value FROM json_each(?))', [
    ids,
  ]);
  database.run(`INSERT OR REPLACE INTO meta (name, value) VALUES ('unswept', x'01')`);
  return rows.length;
}

export const isUnswept = (database: Database): boolean =>
  database.get(`SELECT 1 FROM meta WHERE name = 'unswept'`) !== undefined;

export const setSwept = (database: Database): void => {
  database.run(`DELETE FROM meta WHERE name = 'unswept'`);
};

/** What each prune and erasure says it took, held against what is gone. */
export function listGone(database: Database): readonly GoneRecords[] {
  const gone = new Map<string, number[]>();
  for (const { event, log_index } of database.all<{ event: string; log_index: number }>(
    'SELECT event, log_index FROM gone ORDER BY log_index',
  )) {
    const known = gone.get(event);
    if (known === undefined) gone.set(event, [log_index]);
    else known.push(log_index);
  }
  return [...gone].map(([event, indexes]) => {
    const row = database.get<{ kind: string; detail: string }>(
      'SELECT kind, detail FROM events WHERE id = ?',
      [event],
    );
    return goneOf({ event, kind: row?.kind ?? null, detail: row?.detail ?? null }, indexes);
  });
}

export function findGone(database: Database, logIndex: number): 'pruned' | 'erased' | null {
  const row = database.get<{ kind: 'pruned' | 'erased' }>(
    'SELECT v.kind FROM gone g JOIN events v ON v.id = g.event WHERE g.log_index = ?',
    [logIndex],
  );
  return row?.kind ?? null;
}

export function addHold(database: Database, { session, reason, by, atMs }: Hold): void {
  database.run(
    `INSERT INTO holds (session, reason, by_whom, at_ms) SELECT n, ?, ?, ? FROM sessions WHERE id = ?
     ON CONFLICT (session) DO UPDATE SET reason = excluded.reason, by_whom = excluded.by_whom, at_ms = excluded.at_ms`,
    [reason, by, atMs, session],
  );
}

export const removeHold = (database: Database, session: string): void => {
  database.run('DELETE FROM holds WHERE session = (SELECT n FROM sessions WHERE id = ?)', [
    session,
  ]);
};

export const listHolds = (database: Database): readonly Hold[] =>
  database
    .all<HoldRow>(
      `SELECT s.id, h.reason, h.by_whom, h.at_ms FROM holds h JOIN sessions s ON s.n = h.session ORDER BY h.at_ms`,
    )
    .map(holdOf);

interface GoingRow {
  readonly n: number;
  readonly session: number;
  readonly id: string;
  readonly log_index: number;
  readonly masks: string | null;
}

interface HoldRow {
  readonly id: string;
  readonly reason: string;
  readonly by_whom: string;
  readonly at_ms: number;
}

const holdOf = (row: HoldRow): Hold => ({
  session: row.id,
  reason: row.reason,
  by: row.by_whom,
  atMs: row.at_ms,
});

const NOT_HELD = 'e.session NOT IN (SELECT session FROM holds)';

/** What is under way is not taken away: it has no leaf yet. */
function whereOf(removal: Removal): { readonly sql: string; readonly values: readonly Value[] } {
  const { beforeMs, user, session, worktree } = removal;
  const terms: (readonly [string, readonly Value[]])[] = [["e.outcome <> 'open'", []]];
  if (beforeMs !== null) terms.push(['e.started_ms < ?', [beforeMs]]);
  if (user !== null)
    terms.push(['(lower(s.user_name) = lower(?) OR lower(s.user_email) = lower(?))', [user, user]]);
  if (session !== null) terms.push(['s.id = ?', [session]]);
  if (worktree !== null) terms.push([`coalesce(s.worktree, '') = ?`, [worktree]]);
  return {
    sql: terms.map(([sql]) => sql).join(' AND '),
    values: terms.flatMap(([, values]) => values),
  };
}

function removeOne(database: Database, row: GoingRow, event: string): void {
  const masks: readonly { readonly placeholder: string }[] = JSON.parse(row.masks ?? '[]');
  for (const { placeholder } of masks)
    database.run('DELETE FROM vault WHERE placeholder = ?', [placeholder]);
  database.run('DELETE FROM texts WHERE rowid = ?', [row.n]);
  // emissions, reply parts and tails go with it
  database.run('DELETE FROM exchanges WHERE n = ?', [row.n]);
  database.run('INSERT INTO gone (log_index, event) VALUES (?, ?)', [row.log_index, event]);
  database.run('UPDATE sessions SET exchanges = exchanges - 1 WHERE n = ?', [row.session]);
}

/** Sessions without exchanges, and grants without sessions, say who was there: they go once they are over. */
function removeEmpty(database: Database, { why, beforeMs }: Removal): void {
  const before = beforeMs ?? Date.now();
  database.run(
    `DELETE FROM sessions WHERE exchanges = 0 AND last_ms < ? AND n NOT IN (SELECT session FROM holds)
       AND NOT EXISTS (SELECT 1 FROM exchanges e WHERE e.session = sessions.n)`,
    [before],
  );
  const now = Date.now();
  database.run(
    `DELETE FROM grants WHERE (ended_ms IS NOT NULL OR expires_ms < ?) AND used_ms < ?
       AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.grant_id = grants.id)`,
    [now, why === 'erased' ? now : before],
  );
}
