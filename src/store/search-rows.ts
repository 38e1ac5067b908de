// Full text of exchanges: which words stand where (FTS5), and the filters beside them. Newest first.
import type { SearchQuery, SearchTerm, SearchText } from '../model/search.ts';
import type { Exchange } from '../model/session.ts';
import type { Database } from './database.ts';
import { exchangeOf, type ExchangeRow } from './exchange-row.ts';
import { indexedWords } from './indexed-words.ts';
import { type Clause, FEW, filterClauses, type RowName, timeClauses } from './search-filters.ts';

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

/** @param few changes how it is asked, not what is found. @returns newest first. */
export function searchExchanges(
  database: Database,
  query: SearchQuery,
  { limit, few = FEW }: { readonly limit: number; readonly few?: number },
): readonly Exchange[] {
  const { from, clauses, row } = sourceOf(query);
  const wanted = [
    ...clauses,
    ...timeClauses(database, query, row),
    ...filterClauses({ database, row, few }, query.filters),
  ];
  const where = wanted.length === 0 ? '' : `WHERE ${wanted.map(({ sql }) => sql).join(' AND ')}`;
  const rows = database.all<ExchangeRow>(
    `SELECT e.*, s.id AS session_id FROM ${from} CROSS JOIN sessions s ON s.n = e.session
     ${where} ORDER BY ${row} DESC LIMIT ?`,
    [...wanted.flatMap(({ values }) => values), limit],
  );
  return rows.map(exchangeOf);
}

/** The index leads where there are words: it gives the newest first without looking at the others. */
function sourceOf({ terms }: SearchQuery): {
  readonly from: string;
  readonly clauses: readonly Clause[];
  readonly row: RowName;
} {
  const wanted = terms.filter(({ isNot }) => !isNot);
  const unwanted = terms.filter(({ isNot }) => isNot).map(matchOf);
  if (wanted.length === 0) {
    const clauses = unwanted.map((match) => ({
      sql: 'e.n NOT IN (SELECT rowid FROM texts WHERE texts MATCH ?)',
      values: [match],
    }));
    return { from: 'exchanges e', clauses, row: 'e.n' };
  }
  const match = [wanted.map(matchOf).join(' AND '), ...unwanted].join(' NOT ');
  return {
    from: 'texts CROSS JOIN exchanges e ON e.n = texts.rowid',
    clauses: [{ sql: 'texts MATCH ?', values: [match] }],
    // the index itself goes backwards: asked for another column it would find all first, and sort them
    row: 'texts.rowid',
  };
}

/** Words are letters and digits alone: quoted they mean themselves. */
const matchOf = ({ words, isPrefix }: SearchTerm): string =>
  `"${words.join(' ')}"${isPrefix ? ' *' : ''}`;
