// Every recorded byte of a team's store, as src/store/content-rows.ts searches it: unpacked and looked at here, since the
// server knows packed bytes only.
import type { ContentBlock, ContentFound, ContentHit, ContentHolder } from '../content-store.ts';
import { parseCounts } from '../../model/counts.ts';
import { type FormFinder, openFormFinder } from '../find-forms.ts';
import type { ListRow } from '../follow-lists.ts';
import { CHUNK_BYTES, exchangeBlocks, HTTP_BYTES_MAX } from '../content-blocks.ts';
import { type HoldingRow, holdersIn } from '../holders.ts';
import { listsWith } from '../lists-with.ts';
import { type Packed, unpack } from '../packing.ts';
import { contentOf, readList, readParts } from './parts.ts';
import { type Ask, only } from './sql.ts';

const BLOCK_PIECES = 500;

export async function cutContent(ask: Ask): Promise<readonly ContentBlock[]> {
  const { first, last } = only(
    await ask<{ first: number | null; last: number | null }>(
      'SELECT min(n) AS first, max(n) AS last FROM parts',
    ),
  );
  const replies = await ask<{ n: number }>(
    'SELECT DISTINCT exchange AS n FROM replies ORDER BY exchange',
  );
  const blocks: ContentBlock[] = [];
  for (let from = first ?? 1; from <= (last ?? 0); from += BLOCK_PIECES)
    blocks.push({ kind: 'pieces', first: from, last: from + BLOCK_PIECES - 1, replies: [] });
  return [
    { kind: 'urls' },
    ...exchangeBlocks('requests', await requestsAcross(ask)),
    ...exchangeBlocks(
      'replies',
      replies.map(({ n }) => n),
    ),
    ...blocks,
  ];
}

/** Bodies cut by length have as many pieces as their length says; masks make them a little longer or shorter. */
async function requestsAcross(ask: Ask): Promise<readonly number[]> {
  const rows = await ask<ListRow & { readonly exchange: number; readonly bytes: number }>(
    `SELECT e.n AS exchange, e.request_bytes AS bytes, l.n, l.parent, l.prefix, l.suffix, l.tail
     FROM exchanges e JOIN lists l ON l.month = e.month AND l.n = e.request_list WHERE e.request_bytes > $1`,
    [CHUNK_BYTES],
  );
  return rows.flatMap(({ exchange, bytes, prefix, suffix, tail }) => {
    const pieces = prefix + suffix + parseCounts(tail).length;
    return Math.abs(pieces - Math.ceil(bytes / CHUNK_BYTES)) <= 1 ? [exchange] : [];
  });
}

export async function findForms(
  ask: Ask,
  block: ContentBlock,
  forms: readonly string[],
): Promise<ContentFound> {
  const find = openFormFinder(forms);
  switch (block.kind) {
    case 'urls':
      return findInUrls(ask, find);
    case 'pieces':
      return findInPieces(ask, block, find);
    case 'replies':
      return findInReplies(ask, block.exchanges, find);
    case 'requests':
      return findInRequests(ask, block.exchanges, find);
  }
}

async function findInUrls(ask: Ask, find: FormFinder): Promise<ContentFound> {
  const rows = await ask<{ url: string; rows: readonly string[] }>(
    'SELECT url, array_agg(n::text) AS rows FROM exchanges GROUP BY url',
  );
  const hits = rows.flatMap(({ url, rows: numbers }): readonly ContentHit[] => {
    const forms = find([Buffer.from(url)], false);
    return forms.length === 0 ? [] : numbers.map((n) => ({ kind: 'url', row: Number(n), forms }));
  });
  return { hits, bytes: rows.reduce((sum, { url }) => sum + url.length, 0) };
}

async function findInPieces(
  ask: Ask,
  { first, last }: Extract<ContentBlock, { readonly kind: 'pieces' }>,
  find: FormFinder,
): Promise<ContentFound> {
  const rows = await ask<Packed & { readonly n: number }>(
    'SELECT n, codec, data FROM parts WHERE n BETWEEN $1 AND $2',
    [first, last],
  );
  return findInEach(
    'piece',
    rows.map((row) => ({ row: row.n, pieces: [unpack(row)] })),
    find,
  );
}

async function findInReplies(
  ask: Ask,
  exchanges: readonly number[],
  find: FormFinder,
): Promise<ContentFound> {
  const rows = await ask<Packed & { readonly exchange: number }>(
    'SELECT exchange, codec, data FROM replies WHERE exchange = ANY($1) ORDER BY exchange, seq',
    [exchanges],
  );
  const bodies = new Map<number, Uint8Array[]>();
  for (const { exchange, ...packed } of rows) {
    const pieces = bodies.get(exchange) ?? [];
    pieces.push(unpack(packed));
    bodies.set(exchange, pieces);
  }
  return findInEach(
    'reply',
    [...bodies].map(([row, pieces]) => ({ row, pieces })),
    find,
  );
}

async function findInRequests(
  ask: Ask,
  exchanges: readonly number[],
  find: FormFinder,
): Promise<ContentFound> {
  const rows = await ask<{ n: number; month: number; list: number }>(
    'SELECT n, month, request_list AS list FROM exchanges WHERE n = ANY($1)',
    [exchanges],
  );
  const bodies: Body[] = [];
  for (const { n, month, list } of rows) {
    const numbers = await readList(ask, month, list);
    const parts = await readParts(ask, month, numbers);
    bodies.push({ row: n, pieces: numbers.map((part) => contentOf(parts, part)) });
  }
  return findInEach('request', bodies, find);
}

interface Body {
  readonly row: number;
  readonly pieces: readonly Uint8Array[];
}

function findInEach(
  kind: ContentHit['kind'],
  bodies: readonly Body[],
  find: FormFinder,
): ContentFound {
  const hits = bodies.flatMap(({ row, pieces }): readonly ContentHit[] => {
    const forms = find(pieces, kind === 'reply');
    return forms.length === 0 ? [] : [{ kind, row, forms }];
  });
  const lengths = bodies.flatMap(({ pieces }) => pieces.map(({ length }) => length));
  return { hits, bytes: lengths.reduce((sum, length) => sum + length, 0) };
}

export async function findHolders(
  ask: Ask,
  hits: readonly ContentHit[],
): Promise<readonly ContentHolder[]> {
  if (hits.length === 0) return [];
  const pieces = hits.flatMap(({ kind, row }) => (kind === 'piece' ? [row] : []));
  const rows = await ask<ListRow>('SELECT n, parent, prefix, suffix, tail FROM lists ORDER BY n');
  const lists = listsWith(rows, new Set(pieces));
  const named = hits.flatMap(({ kind, row }) => (kind === 'piece' ? [] : [row]));
  const holding = await ask<Omit<HoldingRow, 'replies'>>(
    `SELECT n, id, session, request_headers, response_headers, context, request_list FROM exchanges
     WHERE n = ANY($1) OR request_list = ANY($2) OR request_headers = ANY($3) OR response_headers = ANY($3)
       OR context = ANY($3) ORDER BY n`,
    [named, [...lists.keys()], pieces],
  );
  return holdersIn(
    holding.map((row) => ({ ...row, replies: [] })),
    { hits, lists },
  );
}

/** As `countTextless` of the embedded store. */
export const countTextless = async (ask: Ask): Promise<number> =>
  only(
    await ask<{ n: number }>(
      `SELECT count(*) AS n FROM exchanges e JOIN lists l ON l.month = e.month AND l.n = e.request_list
       WHERE (e.request_bytes > 0 AND l.parent IS NULL AND length(l.tail) = 0)
         OR (e.response_bytes > 0 AND NOT EXISTS (SELECT FROM replies r WHERE r.month = e.month AND r.exchange = e.n))
         OR (e.protocol = 'http' AND e.response_bytes > $1)`,
      [HTTP_BYTES_MAX],
    ),
  ).n;
