// What filters ask of an exchange, as SQL. Where few exchanges fit they are known by their numbers before any is read: a
// million rows are not looked at for what none of them is. Where many fit, each is judged by itself: the first ones do.
import type { SearchFilter, SearchQuery } from '../model/search.ts';
import type { Database, Value } from './database.ts';

export interface Clause {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** What leads a search: the text index tells numbers without reading the exchanges. */
export type RowName = 'e.n' | 'texts.rowid';

export interface Asked {
  readonly database: Database;
  readonly row: RowName;
  /** Up to so many exchanges are known by their numbers beforehand. */
  readonly few: number;
}

type Sql = readonly [string, readonly Value[]];

/** So many numbers are found and kept in some ten milliseconds. */
export const FEW = 50_000;

const countOf = (database: Database, sql: string, values: readonly Value[]): number =>
  database.get<{ n: number }>(sql, values)?.n ?? 0;

const hasFew = ({ database, few }: Asked, from: string, values: readonly Value[]): boolean =>
  countOf(database, `SELECT count(*) AS n FROM (SELECT 1 ${from} LIMIT ${few + 1})`, values) <= few;

/** The text index shall not be asked once for each number. */
const numberOf = (row: RowName): string => (row === 'e.n' ? row : `+${row}`);

/** Exchanges are numbered as they begin, almost: the first and the last number of a time leave most others out. */
export function timeClauses(
  database: Database,
  { sinceMs, untilMs }: SearchQuery,
  row: RowName,
): readonly Clause[] {
  const bound = (
    which: 'min' | 'max',
    sign: '>=' | '<=',
    atMs: number | null,
  ): readonly Clause[] => {
    if (atMs === null) return [];
    const nothing = which === 'min' ? Number.MAX_SAFE_INTEGER : -1;
    const found = database.get<{ n: number | null }>(
      // by the index of times: a plain n is looked for from the end, row by row
      `SELECT ${which}(+n) AS n FROM exchanges WHERE started_ms ${sign} ?`,
      [atMs],
    )?.n;
    return [
      { sql: `e.started_ms ${sign} ?`, values: [atMs] },
      { sql: `${row} ${sign} ?`, values: [found ?? nothing] },
    ];
  };
  return [...bound('min', '>=', sinceMs), ...bound('max', '<=', untilMs)];
}

/** One of those with the same key, none of those with a minus. */
export function filterClauses(asked: Asked, filters: readonly SearchFilter[]): readonly Clause[] {
  const clauseOf = (filter: SearchFilter): Clause => clauseFor(asked, filter);
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

function clauseFor(asked: Asked, filter: SearchFilter): Clause {
  const { key, value } = filter;
  switch (key) {
    case 'user':
      return ofSession(asked, [
        'instr(lower(user_name || char(10) || user_email), lower(?)) > 0',
        [value],
      ]);
    case 'agent':
      return ofSession(asked, named('agent', value));
    case 'session':
      return ofSession(asked, ['id >= ? AND id < ?', [value, `${value}~`]]);
    case 'repo':
      return ofSession(asked, [
        `repository = ? OR worktree = ? OR instr(lower(coalesce(remote, '')), lower(?)) > 0`,
        [value, value, value],
      ]);
    case 'model':
      return modelClause(asked, value);
    case 'connection':
      return ofColumns(asked, {
        own: named('e.connection', value),
        few: named('connection', value),
      });
    case 'path':
      return pathClause(asked, value);
    case 'masked':
      return maskedClause(asked, value);
    case 'resource':
      return resourceClause(asked, filter);
  }
}

/** Sessions are few: those that fit are known before any exchange is looked at. */
function ofSession({ database, row, few }: Asked, [sql, values]: Sql): Clause {
  const fitting = `SELECT n FROM sessions WHERE ${sql}`;
  const held = countOf(
    database,
    `SELECT coalesce(sum(exchanges), 0) AS n FROM sessions WHERE ${sql}`,
    values,
  );
  const isFew = held <= few;
  return {
    sql: isFew
      ? `${numberOf(row)} IN (SELECT n FROM exchanges WHERE session IN (${fitting}))`
      : `e.session IN (${fitting})`,
    values,
  };
}

/** The index has models below connections, of which there are few. */
function modelClause(asked: Asked, value: string): Clause {
  const rows = asked.database.all<{ connection: string }>(
    `WITH RECURSIVE known (connection) AS (
       SELECT min(connection) FROM exchanges
       UNION ALL
       SELECT (SELECT min(connection) FROM exchanges WHERE connection > known.connection)
       FROM known WHERE known.connection IS NOT NULL)
     SELECT connection FROM known WHERE connection IS NOT NULL`,
  );
  const [sql, values] = named('model', value);
  const connections = JSON.stringify(rows.map(({ connection }) => connection));
  return ofColumns(asked, {
    own: named('e.model', value),
    few: [`connection IN (SELECT value FROM json_each(?)) AND ${sql}`, [connections, ...values]],
  });
}

/** @param few as the index `exchanges_by_connection` answers it. */
function ofColumns(asked: Asked, { own, few }: { readonly own: Sql; readonly few: Sql }): Clause {
  const { row } = asked;
  const [sql, values] = few;
  const isFew = hasFew(asked, `FROM exchanges WHERE ${sql}`, values);
  return isFew
    ? { sql: `${numberOf(row)} IN (SELECT n FROM exchanges WHERE ${sql})`, values }
    : { sql: own[0], values: own[1] };
}

const named = (column: string, value: string): Sql => [
  `${column} ${/[*?]/.test(value) ? 'GLOB' : '='} ?`,
  [value],
];

/** A file that was written: its whole path, its end or a folder above it, or a pattern of these. */
function pathClause(asked: Asked, value: string): Clause {
  const { database, row } = asked;
  const wanted: Clause = {
    sql: 'path = ? OR path GLOB ? OR path GLOB ?',
    values: /[*?]/.test(value)
      ? [value, value, `*/${value}`]
      : [value, `*/${escapeGlob(value)}`, `${escapeGlob(value.replace(/\/$/, ''))}/*`],
  };
  const { sql, values } = knownPaths(database, wanted) ?? wanted;
  const written = `path IS NOT NULL AND (${sql})`;
  const isFew = hasFew(asked, `FROM emissions WHERE ${written}`, values);
  return {
    sql: isFew
      ? `${numberOf(row)} IN (SELECT exchange FROM emissions WHERE ${written})`
      : `EXISTS (SELECT 1 FROM emissions WHERE exchange = ${row} AND ${written})`,
    values,
  };
}

const PATHS_MAX = 20_000;

/** A few hundred files are written again and again: each path is judged once. null where there are too many of them. */
function knownPaths(database: Database, wanted: Clause): Clause | null {
  const rows = database.all<{ path: string; fits: number }>(
    `WITH RECURSIVE known (path) AS (
       SELECT min(path) FROM emissions WHERE path IS NOT NULL
       UNION ALL
       SELECT (SELECT min(path) FROM emissions WHERE path > known.path) FROM known WHERE known.path IS NOT NULL
       LIMIT ${PATHS_MAX + 1})
     SELECT path, (${wanted.sql}) AS fits FROM known WHERE path IS NOT NULL`,
    wanted.values,
  );
  if (rows.length >= PATHS_MAX) return null;
  const paths = rows.flatMap(({ path, fits }) => (fits === 1 ? [path] : []));
  return { sql: 'path IN (SELECT value FROM json_each(?))', values: [JSON.stringify(paths)] };
}

/** Which have masks the index knows; what they masked is read of the newest, until enough fit. */
function maskedClause(asked: Asked, value: string): Clause {
  const masked = 'FROM exchanges WHERE masks IS NOT NULL';
  const known = hasFew(asked, masked, []) ? `${numberOf(asked.row)} IN (SELECT n ${masked})` : '1';
  return {
    sql: `${known} AND e.masks IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(e.masks)
      WHERE value ->> 'rule' GLOB ? OR value ->> 'placeholder' GLOB ?)`,
    values: [value, value],
  };
}

/** A repository, a file, a connection, or a method and URL. */
function resourceClause(asked: Asked, { value, connections }: SearchFilter): Clause {
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
  return anyOf([...keys.map((key) => clauseFor(asked, { key, value, isNot: false })), ...byUrl]);
}

const escapeGlob = (text: string): string => text.replaceAll(/[[*?]/g, '[$&]');
