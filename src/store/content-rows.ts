// Every recorded byte, searched for texts that no index knows: pieces as they lie there, each once however many requests
// hold it, and whole bodies where a text may reach over the end of a piece.
import { CHUNK_BYTES, exchangeBlocks, HTTP_BYTES_MAX } from './content-blocks.ts';
import type { ContentBlock, ContentFound, ContentHit } from './content-store.ts';
import type { Database } from './database.ts';
import { type FormFinder, openFormFinder } from './find-forms.ts';
import { openBatchFinder } from './find-in-batch.ts';
import { listsWith } from './lists-with.ts';
import { listRows, readList } from './lists.ts';
import { FLUSH_MARK, FLUSHED, type Packed, unpack, unpackJoined } from './packing.ts';
import { readPart } from './parts.ts';
import { replyPieces } from './reply-rows.ts';

const BLOCK_PIECES = 5000;
/** Rows in memory at a time. */
const TOGETHER = 100;
export function cutContent(database: Database): readonly ContentBlock[] {
  const last = database.get<{ n: number | null }>('SELECT max(n) AS n FROM parts')?.n ?? 0;
  const replies = numbers(database, 'SELECT part AS n FROM reply_parts').toSorted((a, b) => a - b);
  const blocks: ContentBlock[] = [];
  let at = 0;
  for (let first = 1; first <= last; first += BLOCK_PIECES) {
    const end = Math.min(first + BLOCK_PIECES - 1, last);
    const from = at;
    while (at < replies.length && (replies[at] ?? 0) <= end) at += 1;
    blocks.push({ kind: 'pieces', first, last: end, replies: replies.slice(from, at) });
  }
  return [
    { kind: 'urls' },
    ...exchangeBlocks('requests', requestsAcross(database)),
    ...exchangeBlocks('replies', repliesAcross(database)),
    ...blocks,
  ];
}

/** In several pieces, or still arriving. */
const repliesAcross = (database: Database): readonly number[] =>
  numbers(
    database,
    'SELECT exchange AS n FROM reply_parts WHERE seq > 0 UNION SELECT exchange FROM reply_tails',
  );

function requestsAcross(database: Database): readonly number[] {
  const chunks = numbers(database, `SELECT n FROM parts WHERE bytes = ${CHUNK_BYTES}`);
  if (chunks.length === 0) return [];
  const lists = listsWith(listRows(database), new Set(chunks));
  return database
    .all<{ n: number; list: number }>('SELECT n, request_list AS list FROM exchanges')
    .flatMap(({ n, list }) => (lists.has(list) ? [n] : []));
}

/** @param sql selects `n`. */
function numbers(database: Database, sql: string): readonly number[] {
  // one row in place of a hundred thousand
  const row = database.get<{ all: string }>(`SELECT json_group_array(n) AS "all" FROM (${sql})`);
  const all: readonly number[] = JSON.parse(row?.all ?? '[]');
  return all;
}

export function findForms(
  database: Database,
  block: ContentBlock,
  forms: readonly string[],
): ContentFound {
  const find = openFormFinder(forms);
  switch (block.kind) {
    case 'urls':
      return findInUrls(database, find);
    case 'pieces':
      return findInPieces(database, block, forms);
    case 'replies':
      return findInBodies(block.exchanges, 'reply', {
        find,
        read: (exchange) => replyPieces(database, exchange),
      });
    case 'requests':
      return findInBodies(block.exchanges, 'request', {
        find,
        read: (exchange) => requestPieces(database, exchange),
      });
  }
}

function findInUrls(database: Database, find: FormFinder): ContentFound {
  const rows = database.all<{ n: number; url: string }>(
    // the same few paths stand in almost all
    'SELECT min(n) AS n, url FROM exchanges GROUP BY url',
  );
  const urls = new Map<string, readonly number[]>();
  let bytes = 0;
  for (const { url } of rows) {
    bytes += url.length;
    const held = find([Buffer.from(url)], false);
    if (held.length > 0) urls.set(url, held);
  }
  const hits = [...urls].flatMap(([url, forms]) =>
    database
      .all<{ n: number }>('SELECT n FROM exchanges WHERE url = ?', [url])
      .map(({ n }): ContentHit => ({ kind: 'url', row: n, forms })),
  );
  return { hits, bytes };
}

type PieceBlock = Extract<ContentBlock, { readonly kind: 'pieces' }>;

function findInPieces(
  database: Database,
  { first, last, replies }: PieceBlock,
  forms: readonly string[],
): ContentFound {
  const find = openBatchFinder(forms);
  const isReply = new Set(replies);
  const hits: ContentHit[] = [];
  let bytes = 0;
  for (let from = first; from <= last; from += TOGETHER)
    for (const batch of readBatches(database, from, Math.min(from + TOGETHER - 1, last))) {
      bytes += batch.bytes.length;
      const pieces = batch.rows.map((row, i) => ({
        row,
        bytes: batch.lengths[i] ?? 0,
        isReply: isReply.has(row),
      }));
      for (const hit of find(batch.bytes, pieces)) hits.push({ kind: 'piece', ...hit });
    }
  return { hits, bytes };
}

/** Unpacked. */
interface Batch {
  readonly bytes: Buffer;
  readonly rows: readonly number[];
  readonly lengths: readonly number[];
}

/** Longer ones are read each by itself. */
const JOINED_BYTES_MAX = 65_536;
const IS_JOINED = `codec = ${FLUSHED} AND bytes <= ${JOINED_BYTES_MAX}`;

function* readBatches(database: Database, first: number, last: number): Generator<Batch> {
  // a row for each, and a stream for each to inflate, cost more than all that is done with them
  const joined = database.get<{ data: Uint8Array | null; rows: string; lengths: string }>(
    `SELECT CAST(group_concat(data, ?) AS BLOB) AS data, json_group_array(n) AS rows,
       json_group_array(bytes) AS lengths
     FROM parts WHERE n BETWEEN ? AND ? AND ${IS_JOINED}`,
    [FLUSH_MARK, first, last],
  );
  if (joined !== undefined && joined.data !== null) {
    const [rows, lengths]: readonly number[][] = [
      JSON.parse(joined.rows),
      JSON.parse(joined.lengths),
    ];
    const bytes = (lengths ?? []).reduce((sum, length) => sum + length, 0);
    yield { bytes: unpackJoined(joined.data, bytes), rows: rows ?? [], lengths: lengths ?? [] };
  }
  for (const row of database.all<Packed & { readonly n: number; readonly bytes: number }>(
    `SELECT n, codec, bytes, data FROM parts WHERE n BETWEEN ? AND ? AND NOT (${IS_JOINED})`,
    [first, last],
  )) {
    const bytes = Buffer.from(unpack(row));
    yield { bytes, rows: [row.n], lengths: [bytes.length] };
  }
}

interface Reading {
  readonly find: FormFinder;
  readonly read: (exchange: number) => Iterable<Uint8Array>;
}

function findInBodies(
  exchanges: readonly number[],
  kind: 'reply' | 'request',
  { find, read }: Reading,
): ContentFound {
  let bytes = 0;
  const hits = exchanges.flatMap((row): readonly ContentHit[] => {
    const forms = find(
      counting(read(row), (length) => {
        bytes += length;
      }),
      kind === 'reply',
    );
    return forms.length > 0 ? [{ kind, row, forms }] : [];
  });
  return { hits, bytes };
}

function* counting(
  pieces: Iterable<Uint8Array>,
  count: (bytes: number) => void,
): Generator<Uint8Array> {
  for (const piece of pieces) {
    count(piece.length);
    yield piece;
  }
}

function* requestPieces(database: Database, exchange: number): Generator<Uint8Array> {
  const row = database.get<{ list: number }>(
    'SELECT request_list AS list FROM exchanges WHERE n = ?',
    [exchange],
  );
  // taken away meanwhile
  if (row !== undefined)
    for (const part of readList(database, row.list)) yield readPart(database, part);
}

/** Nothing kept where something was said, or no more than a part of it. */
export const countTextless = (database: Database): number =>
  database.get<{ n: number }>(
    `SELECT count(*) AS n FROM exchanges e JOIN lists l ON l.n = e.request_list
     WHERE (e.request_bytes > 0 AND l.parent IS NULL AND length(l.tail) = 0)
       OR (e.response_bytes > 0 AND NOT EXISTS (SELECT 1 FROM reply_parts r WHERE r.exchange = e.n)
           AND NOT EXISTS (SELECT 1 FROM reply_tails t WHERE t.exchange = e.n))
       OR (e.protocol = 'http' AND e.response_bytes > ${HTTP_BYTES_MAX})`,
  )?.n ?? 0;
