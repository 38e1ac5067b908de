// Search as src/store/search-rows.ts asks SQLite, in PostgreSQL's words. Newest month first: a question for the last fifty
// looks no further back than it must.
import type { SearchFilter, SearchQuery, SearchTerm } from '../../model/search.ts';
import type { Exchange } from '../../model/session.ts';
import { exchangeOf } from '../exchange-row.ts';
import type { Core } from './core.ts';
import { type MonthlyRow, remember, ROWS } from './exchange-records.ts';
import { listMonths } from './months.ts';
import type { SqlValue } from './sql.ts';
import { quoteLexeme } from './texts.ts';

/** @returns newest first. */
export async function searchExchanges(
  { sql: { ask }, places }: Core,
  query: SearchQuery,
  limit: number,
): Promise<readonly Exchange[]> {
  const found: Exchange[] = [];
  for (const month of (await listMonths(ask)).toReversed()) {
    if (found.length >= limit) break;
    const values: SqlValue[] = [month, limit - found.length];
    const put = (value: SqlValue): string => `$${values.push(value)}`;
    const wanted = [...termClauses(query, put), ...filterClauses(query.filters, put)];
    const rows = await ask<MonthlyRow>(
      `${ROWS} WHERE e.month = $1 ${wanted.map((sql) => `AND ${sql}`).join(' ')} ORDER BY e.n DESC LIMIT $2`,
      values,
    );
    remember(places, rows);
    found.push(...rows.map(exchangeOf));
  }
  return found;
}

/** Numbers a value. @returns its name in the statement. */
type Put = (value: SqlValue) => string;

function termClauses(query: SearchQuery, put: Put): readonly string[] {
  const { sinceMs, untilMs, terms } = query;
  return [
    ...(sinceMs === null ? [] : [`e.started_ms >= ${put(sinceMs)}`]),
    ...(untilMs === null ? [] : [`e.started_ms <= ${put(untilMs)}`]),
    ...terms.map((term) => termClause(term, put)),
  ];
}

function termClause(term: SearchTerm, put: Put): string {
  const hits = `SELECT exchange FROM texts WHERE month = $1 AND words @@ ${put(matchOf(term))}::tsquery`;
  if (term.isNot) return `e.n NOT IN (${hits})`;
  // the planner takes every beginning of a word for a rare one: it would look up all exchanges that have it before it sorts
  return term.isPrefix ? `e.n = ANY(ARRAY(${hits}))` : `e.n IN (${hits})`;
}

const matchOf = ({ words, isPrefix }: SearchTerm): string =>
  words.map(quoteLexeme).join(' <-> ') + (isPrefix ? ':*' : '');

/** One of those with the same key, none of those with a minus. */
function filterClauses(filters: readonly SearchFilter[], put: Put): readonly string[] {
  const keys = [...new Set(filters.filter(({ isNot }) => !isNot).map(({ key }) => key))];
  const some = keys.map((key) => {
    const same = filters.filter((filter) => filter.key === key && !filter.isNot);
    return anyOf(same.map((filter) => clauseOf(filter, put)));
  });
  const none = filters.filter(({ isNot }) => isNot);
  return [...some, ...none.map((filter) => `NOT coalesce(${clauseOf(filter, put)}, false)`)];
}

const anyOf = (clauses: readonly string[]): string =>
  clauses.length === 0 ? 'false' : `(${clauses.join(' OR ')})`;

function clauseOf(filter: SearchFilter, put: Put): string {
  const { key, value } = filter;
  switch (key) {
    case 'user':
      return `strpos(lower(s.user_name || chr(10) || s.user_email), lower(${put(value)})) > 0`;
    case 'agent':
      return named('s.agent', value, put);
    case 'session':
      return `(s.id >= ${put(value)} AND s.id < ${put(`${value}~`)})`;
    case 'repo': {
      const it = put(value);
      return `(s.repository = ${it} OR s.worktree = ${it} OR strpos(lower(coalesce(s.remote, '')), lower(${it})) > 0)`;
    }
    case 'model':
      return named('e.model', value, put);
    case 'connection':
      return named('e.connection', value, put);
    case 'path':
      return pathClause(value, put);
    case 'masked':
      return `e.masks IS NOT NULL AND EXISTS (SELECT FROM json_array_elements(e.masks::json) AS mask
        WHERE mask ->> 'rule' ~ ${put(patternOf(value))} OR mask ->> 'placeholder' = ${put(value)})`;
    case 'resource':
      return resourceClause(filter, put);
  }
}

const named = (column: string, value: string, put: Put): string =>
  /[*?]/.test(value) ? `${column} ~ ${put(patternOf(value))}` : `${column} = ${put(value)}`;

/** A file that was written: its whole path, its end or a folder above it, or a pattern of these. */
function pathClause(value: string, put: Put): string {
  const like = quoteLike(value);
  const fits = /[*?]/.test(value)
    ? `path ~ ${put(`(?s)^(?:.*/)?${sourceOf(value)}$`)}`
    : `(path = ${put(value)} OR path LIKE ${put(`%/${like}`)} OR path LIKE ${put(`${like.replace(/\/$/, '')}/%`)})`;
  return `e.n IN (SELECT exchange FROM emissions WHERE month = $1 AND ${fits})`;
}

/** A repository, a file, a connection, or a method and URL. */
function resourceClause({ value, connections }: SearchFilter, put: Put): string {
  const [, method = null, url = ''] = /^(?:([A-Z]+) +)?(\/.*|\*.*)$/s.exec(value) ?? [];
  const byUrl = url === '' ? [] : [urlClause({ method, url, connections }, put)];
  if (method !== null || connections !== undefined) return anyOf(byUrl);
  const keys = ['repo', 'path', 'connection'] as const;
  return anyOf([...keys.map((key) => clauseOf({ key, value, isNot: false }, put)), ...byUrl]);
}

interface Url {
  readonly method: string | null;
  readonly url: string;
  readonly connections: readonly string[] | undefined;
}

function urlClause({ method, url, connections }: Url, put: Put): string {
  const clauses = [
    ...(method === null ? [] : [`e.method = ${put(method)}`]),
    `e.url ~ ${put(`(?s)^${sourceOf(url)}(\\?.*)?$`)}`,
    ...(connections === undefined ? [] : [`e.connection = ANY(${put(connections)})`]),
  ];
  return `(${clauses.join(' AND ')})`;
}

/** A glob as a regular expression: `*` any, `?` one, `[abc]` one of them. */
const patternOf = (glob: string): string => `(?s)^${sourceOf(glob)}$`;

const sourceOf = (glob: string): string =>
  glob
    .split(/(\*|\?|\[[^\]]+\])/)
    .map((piece, i) => (i % 2 === 0 ? quoteSource(piece) : signOf(piece)))
    .join('');

const signOf = (sign: string): string => (sign === '*' ? '.*' : sign === '?' ? '.' : sign);

const quoteLike = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&');

const quoteSource = (text: string): string => text.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&');
