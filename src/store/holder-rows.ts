// Which exchanges hold what was found, by their rows.
import { formatCounts, parseCounts } from '../model/counts.ts';
import type { ContentHit, ContentHolder } from './content-store.ts';
import type { Database } from './database.ts';
import { type HoldingRow, holdersIn } from './holders.ts';
import { listsWith } from './lists-with.ts';
import { listRows } from './lists.ts';

/** @returns oldest first. */
export function findHolders(
  database: Database,
  hits: readonly ContentHit[],
): readonly ContentHolder[] {
  if (hits.length === 0) return [];
  const pieces = hits.flatMap(({ kind, row }) => (kind === 'piece' ? [row] : []));
  const lists = isListed(database, pieces)
    ? listsWith(listRows(database), new Set(pieces))
    : new Map<number, readonly number[]>();
  const replies = new Map<number, number[]>();
  for (const { exchange, part } of database.all<{ exchange: number; part: number }>(
    'SELECT exchange, part FROM reply_parts WHERE part IN (SELECT value FROM json_each(?))',
    [JSON.stringify(pieces)],
  ))
    replies.set(exchange, [...(replies.get(exchange) ?? []), part]);
  const others = hits.flatMap(({ kind, row }) => (kind === 'piece' ? [] : [row]));
  const rows = database.all<Omit<HoldingRow, 'replies'>>(
    `WITH piece AS MATERIALIZED (SELECT value FROM json_each(?))
     SELECT n, id, session, request_headers, response_headers, context, request_list FROM exchanges
     WHERE n IN (SELECT value FROM json_each(?)) OR request_list IN (SELECT value FROM json_each(?))
       OR request_headers IN piece OR response_headers IN piece OR context IN piece
     ORDER BY n`,
    [pieces, [...others, ...replies.keys()], [...lists.keys()]].map((each) => JSON.stringify(each)),
  );
  return holdersIn(
    rows.map((row) => ({ ...row, replies: replies.get(row.n) ?? [] })),
    { hits, lists },
  );
}

/** Many are not asked for one by one. */
const LISTED_MAX = 8;

/** May one of these be in a list? What lies in replies or headers alone is not, and to read all lists takes a while. */
const isListed = (database: Database, pieces: readonly number[]): boolean =>
  pieces.length > LISTED_MAX ||
  pieces.some((piece) =>
    database
      // the bytes of one number may stand in another
      .all<{ tail: Uint8Array }>('SELECT tail FROM lists WHERE instr(tail, ?) > 0', [
        formatCounts([piece]),
      ])
      .some(({ tail }) => parseCounts(tail).includes(piece)),
  );
