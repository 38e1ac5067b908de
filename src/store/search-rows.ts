// Full text of exchanges: which words stand where (FTS5), and the filters beside them. Newest first.
import type { SearchFilter, SearchQuery, SearchTerm, SearchText } from '../model/search.ts';
import type { Exchange } from '../model/session.ts';
import type { Database, Value } from './database.ts';
import { exchangeOf, type ExchangeRow } from './exchange-row.ts';
import { indexedWords } from './indexed-words.ts';

/** Indexes an exchange once; where nothing was said in it that is remembered too. */
export function putTexts(database: Database, exchange: number, texts: readonly SearchText[]): void {
  const { words, parts } = indexedWords(texts);
  database.run('DELETE FROM texts WHERE rowid = ?', [exchange]);
  if (words.length > 0)
    database.run('INSERT INTO texts (rowid, words, parts) VALUES (?, ?, ?)', [
      exchange,
      words.join(' '),
      parts.join(' '),
    ]);
  database.run('UPDATE exchanges SET indexed = 1 WHERE n = ? AND indexed = 0', [exchange]);
}

/** Ids of ended exchanges that are in no index: records of older versions, and of a daemon that was killed. */
export const listUnindexed = (database: Database, limit: number): readonly string[] =>
  database
    .all<{ id: string }>(
      `SELECT id FROM exchanges WHERE indexed = 0 AND outcome <> 'open' ORDER BY n DESC LIMIT ?`,
      [limit],
    )
    .map(({ id }) => id);

/** @returns newest first. */
export function searchExchanges(
  database: Database,
  query: SearchQuery,
  limit: number,
): readonly Exchange[] {
  const { from, clauses, order } = sourceOf(query);
  const wanted = [...clauses, ...timeClauses(query), ...filterClauses(query.filters)];
  const where = wanted.length === 0 ? '' : `WHERE ${wanted.map(({ sql }) => sql).join(' AND ')}`;
  const rows = database.all<ExchangeRow>(
    `SELECT e.*, s.id AS session_id FROM ${from} CROSS JOIN sessions s ON s.n = e.session
     ${where} ORDER BY ${order} DESC LIMIT ?`,
    [...wanted.flatMap(({ values }) => values), limit],
  );
  return rows.map(exchangeOf);
}

interface Clause {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** The index leads where there are words: it gives the newest first without looking at the others. */
function sourceOf({ terms }: SearchQuery): {
  readonly from: string;
  readonly clauses: readonly Clause[];
  readonly order: string;
} {
  const wanted = terms.filter(({ isNot }) => !isNot);
  const unwanted = terms.filter(({ isNot }) => isNot).map(matchOf);
  if (wanted.length === 0) {
    const clauses = unwanted.map((match) => ({
      sql: 'e.n NOT IN (SELECT rowid FROM texts WHERE texts MATCH ?)',
      values: [match],
    }));
    return { from: 'exchanges e', clauses, order: 'e.n' };
  }
  const match = [wanted.map(matchOf).join(' AND '), ...unwanted].join(' NOT ');
  return {
    from: 'texts CROSS JOIN exchanges e ON e.n = texts.rowid',
    clauses: [{ sql: 'texts MATCH ?', values: [match] }],
    // the index itself goes backwards: asked for another column it would find all first, and sort them
    order: 'texts.rowid',
  };
}

/** Words are letters and digits alone: quoted they mean themselves. */
const matchOf = ({ words, isPrefix }: SearchTerm): string =>
  `"${words.join(' ')}"${isPrefix ? ' *' : ''}`;

const timeClauses = ({ sinceMs, untilMs }: SearchQuery): readonly Clause[] => [
  ...(sinceMs === null ? [] : [{ sql: 'e.started_ms >= ?', values: [sinceMs] }]),
  ...(untilMs === null ? [] : [{ sql: 'e.started_ms <= ?', values: [untilMs] }]),
];

/** One of those with the same key, none of those with a minus. */
function filterClauses(filters: readonly SearchFilter[]): readonly Clause[] {
  const keys = [...new Set(filters.filter(({ isNot }) => !isNot).map(({ key }) => key))];
  const some = keys.map((key) => {
    const same = filters.filter((filter) => filter.key === key && !filter.isNot).map(clauseOf);
    return anyOf(same);
  });
  const none = filters
    .filter(({ isNot }) => isNot)
    .map(clauseOf)
    .map(({ sql, values }) => ({ sql: `NOT coalesce((${sql}), false)`, values }));
  return [...some, ...none];
}

const anyOf = (clauses: readonly Clause[]): Clause => ({
  sql: `(${clauses.map(({ sql }) => sql).join(' OR ')})`,
  values: clauses.flatMap(({ values }) => values),
});

function clauseOf(filter: SearchFilter): Clause {
  const { key, value } = filter;
  switch (key) {
    case 'user':
      return ofSession('instr(lower(user_name || char(10) || user_email), lower(?)) > 0', [value]);
    case 'agent':
      return ofSession(...named('agent', value));
    case 'session':
      return ofSession('id >= ? AND id < ?', [value, `${value}~`]);
    case 'repo':
      return ofSession(
        `repository = ? OR worktree = ? OR instr(lower(coalesce(remote, '')), lower(?)) > 0`,
        [value, value, value],
      );
    case 'model':
      return sqlOf(named('e.model', value));
    case 'connection':
      return sqlOf(named('e.connection', value));
    case 'path':
      return pathClause(value);
    case 'masked':
      return maskedClause(value);
    case 'resource':
      return resourceClause(filter);
  }
}

/** Sessions are few: those that fit are known before any exchange is looked at. */
const ofSession = (sql: string, values: readonly Value[]): Clause => ({
  sql: `e.session IN (SELECT n FROM sessions WHERE ${sql})`,
  values,
});

const sqlOf = ([sql, values]: readonly [string, readonly Value[]]): Clause => ({ sql, values });

const named = (column: string, value: string): readonly [string, readonly Value[]] => [
  `${column} ${/[*?]/.test(value) ? 'GLOB' : '='} ?`,
  [value],
];

/** A file that was written: its whole path, its end or a folder above it, or a pattern of these. */
const pathClause = (value: string): Clause => ({
  sql: `e.n IN (SELECT exchange FROM emissions WHERE path IS NOT NULL AND (path = ? OR path GLOB ? OR path GLOB ?))`,
  values: /[*?]/.test(value)
    ? [value, value, `*/${value}`]
    : [value, `*/${escapeGlob(value)}`, `${escapeGlob(value.replace(/\/$/, ''))}/*`],
});

const maskedClause = (value: string): Clause => ({
  sql: `e.masks IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(e.masks)
    WHERE value ->> 'rule' GLOB ? OR value ->> 'placeholder' GLOB ?)`,
  values: [value, value],
});

/** A repository, a file, a connection, or a method and URL. */
function resourceClause({ value, connections }: SearchFilter): Clause {
  const [, method = null, url = ''] = /^(?:([A-Z]+) +)?(\/.*|\*.*)$/s.exec(value) ?? [];
  const byUrl: Clause[] =
    url === ''
      ? []
      : [
          {
            sql: `(? IS NULL OR e.method = ?) AND (e.url GLOB ? OR e.url GLOB ?)
              ${connections === undefined ? '' : 'AND e.connection IN (SELECT value FROM json_each(?))'}`,
            values: [
              method,
              method,
              url,
              `${url}[?]*`,
              ...(connections === undefined ? [] : [JSON.stringify(connections)]),
            ],
          },
        ];
  if (method !== null || connections !== undefined) return anyOf(byUrl);
  const keys = ['repo', 'path', 'connection'] as const;
  return anyOf([...keys.map((key) => clauseOf({ key, value, isNot: false })), ...byUrl]);
}

const escapeGlob = (text: string): string => text.replaceAll(/[[*?]/g, '[$&]');
