// Events, commits and leaves of other things: rows that come with their leaf in one statement. Run twice it finds what the
// first time left.
import { randomBytes } from 'node:crypto';
import { canonicalJson } from '../../model/canonical-json.ts';
import type { EventFilter, EventRecord, LoggedEvent, NewEvent } from '../../model/event.ts';
import { eventLeaf, eventOf, type EventRow } from '../event-row.ts';
import { newEventId } from '../ids.ts';
import type { CommitRecord } from '../store.ts';
import { APPEND, findLeaf, leafValues, type NewLeaf } from './log.ts';
import { type Ask, only, type Sql, type SqlValue } from './sql.ts';

interface Rest {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/**
 * Appends a leaf together with what it stands for.
 *
 * @param rest goes on after WITH … with `leaf.n`, and must return `index`; its values are numbered from $4.
 */
async function append(
  sql: Sql,
  leaf: NewLeaf & { readonly mayBeThere?: boolean },
  rest: Rest,
): Promise<number> {
  return sql.transaction(async (ask, attempt) => {
    const known = attempt === 0 && !leaf.mayBeThere ? null : await findLeaf(ask, leaf.key);
    return known ?? appendIn(ask, leaf, rest);
  });
}

async function appendIn(ask: Ask, leaf: NewLeaf, { text, values }: Rest): Promise<number> {
  const rows = await ask<{ index: number }>(`WITH ${APPEND} ${text}`, [
    ...leafValues(leaf),
    ...values,
  ]);
  return only(rows).index;
}

const newKey = (kind: string): string => `${kind} ${randomBytes(16).toString('hex')}`;

export async function appendLog(
  sql: Sql,
  data: Uint8Array,
): Promise<{ readonly logIndex: number }> {
  const rest = { text: 'SELECT n AS index FROM leaf', values: [] };
  return { logIndex: await append(sql, { key: newKey('leaf'), data }, rest) };
}

export async function addEvent(sql: Sql, event: NewEvent): Promise<EventRecord> {
  const made = makeEvent(event);
  const leaf = { ...made.leaf, mayBeThere: event.id !== undefined };
  return { ...event, id: made.id, logIndex: await append(sql, leaf, made.rest) };
}

/** In a transaction that may be run again as a whole. */
export async function addEventIn(ask: Ask, event: NewEvent): Promise<EventRecord> {
  const made = makeEvent(event);
  return { ...event, id: made.id, logIndex: await appendIn(ask, made.leaf, made.rest) };
}

function makeEvent(event: NewEvent): {
  readonly id: string;
  readonly leaf: NewLeaf;
  readonly rest: Rest;
} {
  const id = event.id ?? newEventId();
  const [salt, detail] = [randomBytes(16), canonicalJson(event.detail)];
  const data = eventLeaf({ id, kind: event.kind, at_ms: event.atMs, detail, salt });
  const text = `INSERT INTO events (id, kind, at_ms, detail, salt, log_index) SELECT $4, $5, $6, $7, $8, n FROM leaf
    RETURNING log_index AS index`;
  const rest = { text, values: [id, event.kind, event.atMs, detail, salt] };
  return { id, leaf: { key: `event ${id}`, data }, rest };
}

/** @returns newest first. */
export async function listEvents(ask: Ask, filter: EventFilter): Promise<readonly LoggedEvent[]> {
  const rows = await ask<EventRow>(
    'SELECT * FROM events WHERE at_ms BETWEEN $1 AND $2 ORDER BY n DESC LIMIT $3',
    [filter.sinceMs ?? 0, filter.untilMs ?? Number.MAX_SAFE_INTEGER, filter.limit],
  );
  return rows.map(eventOf);
}

export async function addCommit(
  sql: Sql,
  record: Omit<CommitRecord, 'logIndex'>,
  data: Uint8Array,
): Promise<{ readonly logIndex: number }> {
  const logIndex = await append(
    sql,
    { key: newKey('commit'), data },
    {
      text: `INSERT INTO commits (repository, commit_id, at_ms, exchanges, log_index) SELECT $4, $5, $6, $7, n FROM leaf
        RETURNING log_index AS index`,
      values: [record.repository, record.commit, record.atMs, [...new Set(record.exchanges)]],
    },
  );
  return { logIndex };
}

/** @returns oldest first. */
export async function findCommits(ask: Ask, exchange: string): Promise<readonly CommitRecord[]> {
  const rows = await ask<CommitRow>(
    'SELECT * FROM commits WHERE exchanges @> ARRAY[$1::text] ORDER BY n',
    [exchange],
  );
  return rows.map(commitOf);
}

/** The newest record of a commit, null if it was never attested here. */
export async function findCommit(ask: Ask, commit: string): Promise<CommitRecord | null> {
  const [row] = await ask<CommitRow>(
    'SELECT * FROM commits WHERE commit_id = $1 ORDER BY n DESC LIMIT 1',
    [commit],
  );
  return row === undefined ? null : commitOf(row);
}

interface CommitRow {
  readonly repository: string;
  readonly commit_id: string;
  readonly at_ms: number;
  readonly log_index: number;
  readonly exchanges: readonly string[];
}

const commitOf = (row: CommitRow): CommitRecord => ({
  repository: row.repository,
  commit: row.commit_id,
  atMs: row.at_ms,
  exchanges: row.exchanges,
  logIndex: row.log_index,
});
