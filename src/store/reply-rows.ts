// A reply while it arrives: each piece is a row at once, and rows are folded into compressed parts as they add up. A body
// of any size passes through with a bounded part of it in memory.
import type { Database } from './database.ts';
import { putPart, readPart } from './parts.ts';

const FOLD_BYTES = 131_072;

/** Bytes waiting in tails, by exchange row: kept so that an append need not ask. */
export type TailBytes = Map<number, number>;

export function appendReply(
  database: Database,
  tails: TailBytes,
  piece: { readonly exchange: number; readonly bytes: Uint8Array },
): void {
  const { exchange, bytes } = piece;
  if (bytes.length === 0) return;
  const before = tails.get(exchange) ?? waitingBytes(database, exchange);
  const waiting = before + bytes.length;
  tails.set(exchange, before);
  if (before === 0 && waiting >= FOLD_BYTES) return putReplyPart(database, exchange, bytes);
  database.run('INSERT INTO reply_tails (exchange, data) VALUES (?, ?)', [exchange, bytes]);
  tails.set(exchange, waiting);
  if (waiting >= FOLD_BYTES) foldReply(database, tails, exchange);
}

const NOTHING = new Uint8Array(0);

/** The last piece: all that waits becomes a part with it. */
export function endReply(
  database: Database,
  tails: TailBytes,
  {
    exchange,
    bytes = NOTHING,
  }: { readonly exchange: number; readonly bytes?: Uint8Array | undefined },
): void {
  const isWaiting = (tails.get(exchange) ?? waitingBytes(database, exchange)) > 0;
  if (isWaiting) appendReply(database, tails, { exchange, bytes });
  if (isWaiting) foldReply(database, tails, exchange);
  else putReplyPart(database, exchange, bytes);
  tails.delete(exchange);
}

/** Moves what waits into a part. */
function foldReply(database: Database, tails: TailBytes, exchange: number): void {
  const bytes = readTails(database, exchange);
  tails.set(exchange, 0);
  putReplyPart(database, exchange, bytes);
  if (bytes.length > 0) database.run('DELETE FROM reply_tails WHERE exchange = ?', [exchange]);
}

function putReplyPart(database: Database, exchange: number, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  database.run(
    `INSERT INTO reply_parts (exchange, seq, part)
     SELECT ?1, coalesce(max(seq) + 1, 0), ?2 FROM reply_parts WHERE exchange = ?1`,
    [exchange, putPart(database, bytes)],
  );
}

/** The whole body, also of an exchange that is under way. */
export const readReply = (database: Database, exchange: number): Uint8Array =>
  Buffer.concat([...replyPieces(database, exchange)]);

/** The same, a piece at a time. */
export function* replyPieces(database: Database, exchange: number): Generator<Uint8Array> {
  for (const part of replyParts(database, exchange)) yield readPart(database, part);
  yield readTails(database, exchange);
}

export const replyParts = (database: Database, exchange: number): readonly number[] =>
  database
    .all<{ part: number }>('SELECT part FROM reply_parts WHERE exchange = ? ORDER BY seq', [
      exchange,
    ])
    .map((row) => row.part);

const readTails = (database: Database, exchange: number): Uint8Array =>
  Buffer.concat(
    database
      .all<{ data: Uint8Array }>('SELECT data FROM reply_tails WHERE exchange = ? ORDER BY n', [
        exchange,
      ])
      .map((row) => row.data),
  );

const waitingBytes = (database: Database, exchange: number): number =>
  database.get<{ bytes: number }>(
    'SELECT coalesce(sum(length(data)), 0) AS bytes FROM reply_tails WHERE exchange = ?',
    [exchange],
  )?.bytes ?? 0;
