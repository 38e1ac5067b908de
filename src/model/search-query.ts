// The language of searches: words, "several in a row", begin*, -without, and key:value. Typed on the command line and in
// the browser; options of the command are shorthand for its filters.
import { Fault } from './fault.ts';
import { parseMoment } from './moment.ts';
import {
  SEARCH_KEYS,
  type SearchFilter,
  type SearchKey,
  type SearchQuery,
  type SearchTerm,
} from './search.ts';
import { wordsOf } from './search-words.ts';

/** One piece of a query; columns are 1-based, in characters. */
interface Piece {
  readonly column: number;
  readonly isNot: boolean;
  readonly key: string | null;
  readonly value: string;
  readonly isQuoted: boolean;
}

const PIECE = /(-?)(?:([a-z]+):(?!\/\/|:))?(?:"((?:[^"\\]|\\.)*)("?)(\*?)|(\S*))\s*/uy;

/**
 * @param text as typed.
 * @param nowMs what ages such as `7d` count from.
 * @throws Fault QUERY_INVALID naming the column.
 */
export function parseSearch(text: string, nowMs: number = Date.now()): SearchQuery {
  const terms: SearchTerm[] = [];
  const filters: SearchFilter[] = [];
  let [sinceMs, untilMs]: readonly (number | null)[] = [null, null];
  for (const piece of piecesOf(text)) {
    const key = keyOf(piece);
    if (key === null) terms.push(termOf(piece));
    else if (key === 'since') sinceMs = momentOf(piece, nowMs);
    else if (key === 'until') untilMs = momentOf(piece, nowMs);
    else filters.push({ key, value: piece.value, isNot: piece.isNot });
  }
  return { terms, filters, sinceMs: sinceMs ?? null, untilMs: untilMs ?? null };
}

/** A value as `parseSearch` reads it, quoted where it must be. */
export const quoteValue = (value: string): string =>
  /^[^\s"\\]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  PIECE.lastIndex = text.length - text.trimStart().length;
  while (PIECE.lastIndex < text.length) {
    const start = PIECE.lastIndex;
    const match = PIECE.exec(text);
    if (match === null) throw new Error(`query: nothing read at ${start}`);
    const [, minus = '', key = null, quoted, close, star = '', bare = ''] = match;
    const column = Array.from(text.slice(0, start)).length + 1;
    if (quoted !== undefined && close === '')
      throw invalid(column, 'a quotation mark is not closed');
    const value = quoted === undefined ? bare : quoted.replaceAll(/\\(.)/gu, '$1') + star;
    pieces.push({ column, isNot: minus === '-', key, value, isQuoted: quoted !== undefined });
  }
  return pieces;
}

const isKey = (text: string): text is SearchKey => SEARCH_KEYS.some((key) => key === text);

/** @returns null for words to look for. */
function keyOf(piece: Piece): SearchKey | null {
  const { key, column, value } = piece;
  if (key === null) return null;
  if (!isKey(key))
    throw invalid(column, `${key}: is not a filter`, {
      fix: `filters are ${SEARCH_KEYS.join(', ')}; to look for the text, quote it: "${key}:${value}"`,
    });
  if (value.trim() === '') throw invalid(column, `${key}: has no value`);
  return key;
}

function termOf({ value, column, isNot }: Piece): SearchTerm {
  const isPrefix = value.endsWith('*');
  const words = wordsOf(value).map(({ word }) => word);
  if (words.length === 0)
    throw invalid(column, `${value === '' ? 'nothing' : value} has no word in it`);
  return { words, isPrefix, isNot };
}

function momentOf({ key, value, column, isNot }: Piece, nowMs: number): number {
  if (isNot) throw invalid(column, `-${key}: a time cannot be left out`);
  const atMs = parseMoment(value, nowMs);
  if (atMs === null)
    throw invalid(column, `${key}: ${value} is neither a date nor an age`, {
      fix: 'write 2026-11-21, 2026-11-21T09:00:00Z, 7d, 12h or 30m',
    });
  return atMs;
}

const invalid = (column: number, why: string, options: { readonly fix?: string } = {}): Fault =>
  new Fault('QUERY_INVALID', `query, column ${column}: ${why}`, options);
