// The leaf of an exchange: one digest, salted, over everything that its record says. Computed when the exchange ends and
// again by `aitrail log verify`, from the same rows.
import { formatLeaf, saltedDigest } from '../log/leaf.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import type { Database } from './database.ts';
import { emissionsDigest } from './emission-rows.ts';
import type { ExchangeRow } from './exchange-row.ts';
import { digestOfParts, partDigest } from './parts.ts';
import { replyParts } from './reply-rows.ts';
import { sha256Hex } from '../model/sha256.ts';

/** Of what lies in other tables. SHA-256; hex where it is text. */
export interface RowDigests {
  readonly context: Uint8Array | null;
  readonly emissions: string | null;
  readonly reply: Uint8Array;
  readonly requestHeaders: Uint8Array;
  readonly responseHeaders: Uint8Array | null;
}

export const exchangeLeaf = (database: Database, row: ExchangeRow): Uint8Array =>
  formatExchangeLeaf(row, digestsOf(database, row));

export function digestsOf(database: Database, row: ExchangeRow): RowDigests {
  const digestOf = (part: number | null): Uint8Array | null =>
    part === null ? null : partDigest(database, part);
  return {
    context: digestOf(row.context),
    emissions: emissionsDigest(database, row.n),
    reply: digestOfParts(database, replyParts(database, row.n)),
    requestHeaders: partDigest(database, row.request_headers),
    responseHeaders: digestOf(row.response_headers),
  };
}

export const formatExchangeLeaf = (row: LeafRow, digests: RowDigests): Uint8Array =>
  formatLeaf({
    kind: 'exchange',
    id: row.id,
    at: new Date(row.started_ms).toISOString(),
    digests: { record: saltedDigest(row.salt, formatRecord(row, digests)) },
  });

/** What the salted digest is over. */
export function formatRecord(row: LeafRow, digests: RowDigests): string {
  const { context, responseHeaders } = digests;
  return canonicalJson({
    agent: row.agent,
    clientSha256: row.client_sha256,
    connection: row.connection,
    // left out where there is none: records of older versions keep their leaf
    context: context === null ? undefined : hex(context),
    emissions: digests.emissions,
    endedAtMs: row.ended_ms,
    events: row.marks === null ? null : sha256Hex(row.marks),
    firstByteAtMs: row.first_ms,
    masks: row.masks,
    method: row.method,
    model: row.model,
    outcome: row.outcome,
    protocol: row.protocol,
    reply: hex(digests.reply),
    request: hex(row.request_record),
    requestBytes: row.request_bytes,
    requestHeaders: hex(digests.requestHeaders),
    requestSha256: row.request_sha256,
    responseBytes: row.response_bytes,
    responseHeaders: responseHeaders === null ? null : hex(responseHeaders),
    responseSha256: row.response_sha256,
    session: row.session_id,
    startedAtMs: row.started_ms,
    status: row.status,
    stopReason: row.stop_reason,
    url: row.url,
    usage: row.usage,
    wire: row.wire,
  });
}

/** What the leaf needs of the row itself. */
type LeafRow = Omit<
  ExchangeRow,
  | 'n'
  | 'session'
  | 'request_headers'
  | 'response_headers'
  | 'request_list'
  | 'context'
  | 'log_index'
>;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
