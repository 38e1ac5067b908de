// The sessions that grants open.
import { Fault } from '../model/fault.ts';
import type { Session } from '../model/session.ts';
import type { Database, Value } from './database.ts';
import { pickOne, prefixRange } from './id-prefix.ts';
import { formatSession, type SessionRow, sessionValues } from './session-row.ts';
import { findParent, learnMore } from './session-facts.ts';
import type { OpeningFacts, SessionFilter } from './store.ts';

const SESSIONS_DEFAULT = 1000;

export function joinSession(
  database: Database,
  key: { readonly grant: string; readonly conversation: string | null },
  facts: OpeningFacts,
): Session {
  const known = database.get<SessionRow>(
    'SELECT * FROM sessions WHERE grant_id = ? AND conversation IS ?',
    [key.grant, key.conversation],
  );
  if (known === undefined) return insertSession(database, key, facts);
  database.run(
    `UPDATE sessions SET last_ms = max(last_ms, ?), agent = coalesce(agent, ?),
       agent_version = coalesce(agent_version, ?) WHERE n = ?`,
    [facts.atMs, facts.agent, facts.agentVersion, known.n],
  );
  learnMore(database, known, facts);
  return readSession(database, known.n);
}

export function listSessions(database: Database, filter: SessionFilter): readonly Session[] {
  const { where, values } = whereOf(filter);
  const rows = database.all<SessionRow>(
    `SELECT * FROM sessions ${where} ORDER BY last_ms DESC, n DESC
     LIMIT ${filter.limit ?? SESSIONS_DEFAULT} OFFSET ${filter.offset ?? 0}`,
    values,
  );
  return rows.map((row) => sessionOf(database, row));
}

export function countSessions(database: Database, filter: SessionFilter): number {
  const { where, values } = whereOf(filter);
  const row = database.get<{ n: number }>(`SELECT count(*) AS n FROM sessions ${where}`, values);
  return row?.n ?? 0;
}

function whereOf(filter: SessionFilter): { where: string; values: readonly Value[] } {
  const terms: readonly (readonly [string, readonly Value[]])[] = [
    ...term('instr(lower(user_name || char(10) || user_email), lower(?)) > 0', filter.user),
    ...term(
      `(repository = ?1 OR worktree = ?1 OR instr(lower(coalesce(remote, '')), lower(?1)) > 0)`,
      filter.repository,
    ),
    ...term('agent = ?', filter.agent),
    ...term('n IN (SELECT session FROM session_models WHERE model = ?)', filter.model),
    ...term('last_ms >= ?', filter.sinceMs),
    ...term('started_ms <= ?', filter.untilMs),
  ];
  // numbered parameters of one term must not meet another's: each gets its own range
  const values: Value[] = [];
  const where = terms.map(([sql, given]) => {
    const first = values.length;
    values.push(...given);
    return sql.replaceAll(/\?1?/g, `?${first + 1}`);
  });
  return { where: where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`, values };
}

/** @throws Fault AMBIGUOUS_ID. */
export function findSession(database: Database, prefix: string): Session | null {
  const rows = database.all<SessionRow>(
    'SELECT * FROM sessions WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 2',
    prefixRange(prefix),
  );
  const row = pickOne(rows, prefix, 'session');
  return row === null ? null : sessionOf(database, row);
}

export function sessionNumber(database: Database, id: string): number {
  const row = database.get<{ n: number }>('SELECT n FROM sessions WHERE id = ?', [id]);
  if (row === undefined) throw new Fault('NO_SUCH_SESSION', `session ${id} is not in the store`);
  return row.n;
}

function insertSession(
  database: Database,
  key: { readonly grant: string; readonly conversation: string | null },
  facts: OpeningFacts,
): Session {
  const n = database.run(
    `INSERT INTO sessions (id, grant_id, conversation, agent, agent_version, user_name, user_email, repository,
       worktree, remote, branch, head, host, started_ms, last_ms, context, parent)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14, ?15, ?16)`,
    sessionValues(key, facts),
  );
  return readSession(database, n);
}

function readSession(database: Database, n: number): Session {
  const row = database.get<SessionRow>('SELECT * FROM sessions WHERE n = ?', [n]);
  if (row === undefined) throw new Error(`session row ${n} is missing`);
  return sessionOf(database, row);
}

const sessionOf = (database: Database, row: SessionRow): Session => {
  const models = database.all<{ model: string }>(
    'SELECT model FROM session_models WHERE session = ? ORDER BY model',
    [row.n],
  );
  return formatSession(row, {
    parent: findParent(database, row),
    models: models.map(({ model }) => model),
  });
};

const term = (
  sql: string,
  value: Value | undefined,
): readonly (readonly [string, readonly Value[]])[] =>
  value === undefined ? [] : [[sql, [value]]];
