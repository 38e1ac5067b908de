// An exchange as somebody else can check it: the bytes, what the log's leaf says of them, and the salt of its digest.
import type { ExchangeEvidence } from '../model/evidence.ts';
import type { Database } from './database.ts';
import { digestsOf, formatRecord } from './exchange-leaf.ts';
import { exchangeRow } from './exchange-rows.ts';
import { readList } from './lists.ts';
import { readPart } from './parts.ts';
import { replyParts } from './reply-rows.ts';

export function readEvidence(database: Database, id: string): ExchangeEvidence | null {
  const row = exchangeRow(database, id);
  if (row.log_index === null) return null;
  const read = (part: number): Uint8Array => readPart(database, part);
  return {
    logIndex: row.log_index,
    salt: Buffer.from(row.salt).toString('hex'),
    record: formatRecord(row, digestsOf(database, row)),
    request: readList(database, row.request_list).map(read),
    reply: replyParts(database, row.n).map(read),
    requestHeaders: read(row.request_headers),
    responseHeaders: row.response_headers === null ? null : read(row.response_headers),
    context: row.context === null ? null : read(row.context),
  };
}
