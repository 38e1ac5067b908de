// The index of what was said: words and their places, no text.
import type { SearchText } from '../../model/search.ts';
import { indexedWords } from '../indexed-words.ts';
import { findRow } from './exchange-records.ts';
import type { Ask, Sql } from './sql.ts';

/** Words in one row: a tsvector keeps 256 places of a word. */
const STRETCH = 4000;
/** As many words of a stretch stand in the next one too: what is asked for in a row is no longer. */
const OVERLAP = 32;

/** Indexes an exchange once; where nothing was said in it that is remembered too. */
export async function putTexts(
  ask: Ask,
  { month, n }: { readonly month: number; readonly n: number },
  texts: readonly SearchText[],
): Promise<void> {
  const { words, parts } = indexedWords(texts);
  await ask('DELETE FROM texts WHERE month = $1 AND exchange = $2', [month, n]);
  const rows = [...stretchesOf(words), ...stretchesOf(parts)];
  if (rows.length > 0)
    await ask('INSERT INTO texts (month, exchange, words) SELECT $1, $2, unnest($3::tsvector[])', [
      month,
      n,
      rows,
    ]);
  await ask('UPDATE exchanges SET indexed = true WHERE month = $1 AND n = $2 AND NOT indexed', [
    month,
    n,
  ]);
}

export const indexExchange = (sql: Sql, id: string, texts: readonly SearchText[]): Promise<void> =>
  sql.transaction(async (ask) => putTexts(ask, await findRow(ask, id), texts));

/** Ids of ended exchanges that are in no index. */
export async function listUnindexed(ask: Ask, limit: number): Promise<readonly string[]> {
  const rows = await ask<{ id: string }>(
    `SELECT id FROM exchanges WHERE NOT indexed AND outcome <> 'open' ORDER BY n DESC LIMIT $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

function stretchesOf(words: readonly string[]): readonly string[] {
  const rows: string[] = [];
  for (let first = 0; first < words.length; first += STRETCH)
    rows.push(formatVector(words.slice(first, first + STRETCH + OVERLAP)));
  return rows;
}

/** PostgreSQL's own writing of a tsvector. */
const formatVector = (words: readonly string[]): string =>
  words.map((word, i) => `${quoteLexeme(word)}:${i + 1}`).join(' ');

/** Words are letters and digits: hardly one holds a sign that must be doubled. */
export const quoteLexeme = (word: string): string =>
  `'${/['\\]/.test(word) ? word.replaceAll(/['\\]/g, (sign) => sign + sign) : word}'`;
