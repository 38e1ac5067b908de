// An exchange as somebody else can check it.
import type { ExchangeEvidence } from '../../model/evidence.ts';
import { formatRecord } from '../exchange-leaf.ts';
import { type Packed, unpack } from '../packing.ts';
import { findRow, readRecord } from './exchange-records.ts';
import { contentOf, readList, readParts } from './parts.ts';
import type { Ask } from './sql.ts';

export async function readEvidence(ask: Ask, id: string): Promise<ExchangeEvidence | null> {
  const { month, n, log_index: logIndex } = await findRow(ask, id);
  if (logIndex === null) return null;
  const { row, digests } = await readRecord(ask, { month, n });
  const numbers = await readList(ask, month, row.request_list);
  const { request_headers: asked, response_headers: answered, context } = row;
  const wanted = [...numbers, asked, answered, context].filter((each) => each !== null);
  const parts = await readParts(ask, month, wanted);
  const replies = await ask<Packed>(
    'SELECT codec, data FROM replies WHERE month = $1 AND exchange = $2 ORDER BY seq',
    [month, n],
  );
  return {
    logIndex,
    salt: Buffer.from(row.salt).toString('hex'),
    record: formatRecord(row, digests),
    request: numbers.map((each) => contentOf(parts, each)),
    reply: replies.map(unpack),
    requestHeaders: contentOf(parts, asked),
    responseHeaders: answered === null ? null : contentOf(parts, answered),
    context: context === null ? null : contentOf(parts, context),
  };
}
