// Grants, and the sessions that they open.
import type { Grant, Session } from '../../model/session.ts';
import { grantOf, type GrantRow, grantValues } from '../grant-row.ts';
import { pickOne, prefixRange } from '../id-prefix.ts';
import { formatSession, type SessionRow, sessionValues } from '../session-row.ts';
import type { OpeningFacts, SessionFilter } from '../store.ts';
import { type Ask, only, type SqlValue } from './sql.ts';

const SESSIONS_DEFAULT = 1000;

export async function addGrant(ask: Ask, grant: Grant): Promise<void> {
  await ask(
    `INSERT INTO grants (id, token_sha256, user_name, user_email, place, agent, opened_ms, used_ms, expires_ms, ended_ms,
       context)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
    grantValues(grant),
  );
}

export async function findGrant(ask: Ask, tokenSha256: string): Promise<Grant | null> {
  const [row] = await ask<GrantRow>('SELECT * FROM grants WHERE token_sha256 = $1', [tokenSha256]);
  return row === undefined ? null : grantOf(row);
}

/** A grant in use lives on for as long as it was opened for (DECISIONS 6). */
export async function touchGrant(ask: Ask, id: string, atMs: number): Promise<void> {
  await ask(
    `UPDATE grants SET expires_ms = expires_ms + greatest(0, $1 - used_ms), used_ms = greatest(used_ms, $1) WHERE id = $2`,
    [atMs, id],
  );
}

export async function endGrant(ask: Ask, id: string, atMs: number): Promise<void> {
  await ask('UPDATE grants SET ended_ms = coalesce(ended_ms, $1) WHERE id = $2', [atMs, id]);
}

/** Two instances that are asked for the same conversation at once get the same session. */
export async function joinSession(
  ask: Ask,
  key: { readonly grant: string; readonly conversation: string | null },
  facts: OpeningFacts,
): Promise<Session> {
  const { id } = only(await ask<{ id: string }>(JOIN, sessionValues(key, facts)));
  return formatRow(only(await ask<Row>(`${SELECT} WHERE s.id = $1`, [id])));
}

/** Some clients do not say with their first request where they are. */
const learn = (column: string): string =>
  `${column} = CASE WHEN s.repository IS NULL AND excluded.repository IS NOT NULL THEN excluded.${column} ELSE s.${column} END`;

const JOIN = `INSERT INTO sessions AS s (id, grant_id, conversation, agent, agent_version, user_name, user_email, repository,
    worktree, remote, branch, head, host, started_ms, last_ms, context, parent)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15, $16)
  ON CONFLICT (grant_id, conversation) DO UPDATE SET last_ms = greatest(s.last_ms, excluded.last_ms),
    agent = coalesce(s.agent, excluded.agent), agent_version = coalesce(s.agent_version, excluded.agent_version),
    parent = coalesce(s.parent, excluded.parent),
    ${['repository', 'worktree', 'remote', 'branch', 'head'].map(learn).join(', ')}
  RETURNING id`;

interface Row extends SessionRow {
  readonly parent_id: string | null;
  readonly models: readonly string[];
}

const SELECT = `SELECT s.*, ARRAY(SELECT model FROM session_models WHERE session = s.n ORDER BY model) AS models,
    (SELECT id FROM sessions p WHERE p.grant_id = s.grant_id AND p.conversation = s.parent AND p.n <> s.n) AS parent_id
  FROM sessions s`;

const formatRow = (row: Row): Session =>
  formatSession(row, { parent: row.parent_id, models: row.models });

export async function listSessions(ask: Ask, filter: SessionFilter): Promise<readonly Session[]> {
  const { where, values } = whereOf(filter);
  const rows = await ask<Row>(
    `${SELECT} ${where} ORDER BY last_ms DESC, n DESC
     LIMIT ${filter.limit ?? SESSIONS_DEFAULT} OFFSET ${filter.offset ?? 0}`,
    values,
  );
  return rows.map(formatRow);
}

/** All that fit, whatever the filter's limit and offset. */
export async function countSessions(ask: Ask, filter: SessionFilter): Promise<number> {
  const { where, values } = whereOf(filter);
  return only(await ask<{ n: number }>(`SELECT count(*) AS n FROM sessions s ${where}`, values)).n;
}

function whereOf(filter: SessionFilter): {
  readonly where: string;
  readonly values: readonly SqlValue[];
} {
  const values: SqlValue[] = [];
  const term = (value: SqlValue | undefined, sql: (it: string) => string): readonly string[] =>
    value === undefined ? [] : [sql(`$${values.push(value)}`)];
  const terms = [
    ...term(
      filter.user,
      (it) => `strpos(lower(user_name || chr(10) || user_email), lower(${it})) > 0`,
    ),
    ...term(
      filter.repository,
      (it) =>
        `(repository = ${it} OR worktree = ${it} OR strpos(lower(coalesce(remote, '')), lower(${it})) > 0)`,
    ),
    ...term(filter.agent, (it) => `agent = ${it}`),
    ...term(
      filter.model,
      (it) => `s.n IN (SELECT session FROM session_models WHERE model = ${it})`,
    ),
    ...term(filter.sinceMs, (it) => `last_ms >= ${it}`),
    ...term(filter.untilMs, (it) => `started_ms <= ${it}`),
  ];
  return { where: terms.length === 0 ? '' : `WHERE ${terms.join(' AND ')}`, values };
}

/** @throws Fault AMBIGUOUS_ID. */
export async function findSession(ask: Ask, prefix: string): Promise<Session | null> {
  const rows = await ask<Row>(
    `${SELECT} WHERE s.id >= $1 AND s.id < $2 ORDER BY s.id LIMIT 2`,
    prefixRange(prefix),
  );
  const row = pickOne(rows, prefix, 'session');
  return row === null ? null : formatRow(row);
}
