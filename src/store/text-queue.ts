// What was said in exchanges that have ended and is not in the index yet. Taking it in costs more than the rest of a
// record, and nobody waits for it but who searches: a record is acknowledged without, and the writer gets to it once
// nothing else is asked of it. What a killed writer had here it finds again by `listUnindexed`.
import type { SearchText } from '../model/search.ts';
import type { Database } from './database.ts';
import { putTexts } from './search-rows.ts';

export interface TextQueue {
  /** By exchange row, oldest first. */
  readonly byExchange: Map<number, readonly SearchText[]>;
  characters: number;
  /** Beyond, whoever ends an exchange indexes the older ones first: a writer that never rests keeps no more than this. */
  readonly charactersMax: number;
}

const CHARACTERS_MAX = 4_194_304;

/** @param isPatient false: whatever comes is indexed at once. */
export const openTextQueue = (isPatient: boolean): TextQueue => ({
  byExchange: new Map(),
  characters: 0,
  charactersMax: isPatient ? CHARACTERS_MAX : -1,
});

/** To be called in the transaction that ends the exchange. */
export function queueTexts(
  database: Database,
  queue: TextQueue,
  { exchange, texts }: { readonly exchange: number; readonly texts: readonly SearchText[] },
): void {
  queue.byExchange.set(exchange, texts);
  queue.characters += lengthOf(texts);
  while (queue.byExchange.size > 0 && queue.characters > queue.charactersMax)
    indexNext(database, queue);
}

/** As many at once as take some milliseconds: a commit costs as much as a record's words, and a call may be waiting. */
const CHARACTERS_TOGETHER = 65_536;

export function indexSome(database: Database, queue: TextQueue): void {
  const until = queue.characters - CHARACTERS_TOGETHER;
  do indexNext(database, queue);
  while (queue.byExchange.size > 0 && queue.characters > until);
}

/** Indexes the exchange that waits longest, if any does. */
function indexNext(database: Database, queue: TextQueue): void {
  const [next] = queue.byExchange;
  if (next === undefined) return;
  const [exchange, texts] = next;
  putTexts(database, exchange, texts);
  queue.byExchange.delete(exchange);
  queue.characters -= lengthOf(texts);
}

/** All that wait: for who looks at the index, or at what it stands for. */
export function indexAll(database: Database, queue: TextQueue): void {
  while (queue.byExchange.size > 0) indexNext(database, queue);
}

export function emptyTextQueue(queue: TextQueue): void {
  queue.byExchange.clear();
  queue.characters = 0;
}

const lengthOf = (texts: readonly SearchText[]): number =>
  texts.reduce((sum, { text }) => sum + text.length, 0);
