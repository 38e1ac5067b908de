// Exchanges: begun before the upstream sees the request, ended in one transaction with emissions and log leaf.
import { randomBytes } from 'node:crypto';
import { Fault } from '../model/fault.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import type { EventMark, Exchange, ExchangeContext } from '../model/session.ts';
import type { Database } from './database.ts';
import { addEmissions } from './emission-rows.ts';
import { exchangeLeaf } from './exchange-leaf.ts';
import { exchangeOf, type ExchangeRow } from './exchange-row.ts';
import type { RecentLists } from './list-shape.ts';
import { putList, readList } from './lists.ts';
import { appendLeaf } from './log-rows.ts';
import { parseMarks } from '../model/event-marks.ts';
import { putPart, putParts, readPart, readParts } from './parts.ts';
import { endReply, type TailBytes } from './reply-rows.ts';
import { pickOne, prefixRange } from './id-prefix.ts';
import { sessionNumber } from './session-rows.ts';
import { queueTexts, type TextQueue } from './text-queue.ts';
import type { ExchangeDraft, ExchangeEnd } from './store.ts';

type Headers = readonly (readonly [string, string])[];

export function beginExchange(database: Database, lists: RecentLists, draft: ExchangeDraft): void {
  const session = sessionNumber(database, draft.session);
  const slices = draft.slices.filter((slice) => slice.length > 0);
  const { parts, digest } = putParts(database, slices);
  const list = putList(database, parts, { lists, group: `session ${session}` });
  database.run(
    `INSERT INTO exchanges (id, session, connection, protocol, wire, method, url, started_ms, outcome, model,
       request_sha256, request_bytes, request_record, request_headers, request_list, salt, context)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      draft.id,
      session,
      draft.connection,
      draft.protocol,
      draft.wire,
      draft.method,
      draft.url,
      draft.startedAtMs,
      draft.model,
      draft.requestSha256,
      draft.requestBytes,
      digest,
      putHeaders(database, draft.headers),
      list,
      randomBytes(16),
      draft.context === null ? null : putContext(database, draft.context),
    ],
  );
  database.run(
    'UPDATE sessions SET exchanges = exchanges + 1, last_ms = max(last_ms, ?) WHERE n = ?',
    [draft.startedAtMs, session],
  );
}

/** @returns index of the log leaf. */
export function endExchange(
  database: Database,
  { tails, texts }: { readonly tails: TailBytes; readonly texts: TextQueue },
  end: ExchangeEnd,
): { readonly logIndex: number } {
  const row = openRow(database, end.id);
  endReply(database, tails, { exchange: row.n, bytes: end.rest });
  if (end.texts !== undefined) queueTexts(database, texts, { exchange: row.n, texts: end.texts });
  const model = end.model ?? row.model;
  database.run(
    `UPDATE exchanges SET first_ms = ?, ended_ms = ?, status = ?, outcome = ?, model = ?, stop_reason = ?, usage = ?,
       response_sha256 = ?, client_sha256 = ?, response_bytes = ?, masks = ?, marks = ?, response_headers = ?,
       request_sha256 = coalesce(?, request_sha256), request_bytes = coalesce(?, request_bytes),
       context = coalesce(?, context),
       agent = (SELECT agent FROM sessions WHERE n = exchanges.session)
     WHERE n = ?`,
    [
      end.firstByteAtMs,
      end.endedAtMs,
      end.status,
      end.outcome,
      model,
      end.stopReason,
      end.usage === null ? null : JSON.stringify(end.usage),
      end.responseSha256,
      end.clientSha256,
      end.responseBytes,
      end.masks.length === 0 ? null : JSON.stringify(end.masks),
      end.marks,
      putHeaders(database, end.headers),
      end.request?.sha256 ?? null,
      end.request?.bytes ?? null,
      end.context === undefined ? null : putContext(database, end.context),
      row.n,
    ],
  );
  learnFrom(database, row.session, { model, atMs: end.endedAtMs });
  addEmissions(
    database,
    { exchange: row.n, session: row.session, atMs: end.endedAtMs },
    end.emissions,
  );
  return { logIndex: appendRecord(database, row.n) };
}

function learnFrom(
  database: Database,
  session: number,
  { model, atMs }: { readonly model: string | null; readonly atMs: number },
): void {
  if (model !== null)
    database.run('INSERT OR IGNORE INTO session_models (session, model) VALUES (?, ?)', [
      session,
      model,
    ]);
  database.run('UPDATE sessions SET last_ms = max(last_ms, ?) WHERE n = ?', [atMs, session]);
}

/** Exchanges that a dead writer left open become records of what was seen of them. */
export function closeInterrupted(database: Database, tails: TailBytes): number {
  const rows = database.all<{ n: number }>(
    `SELECT n FROM exchanges WHERE outcome = 'open' ORDER BY n`,
  );
  for (const { n } of rows) {
    endReply(database, tails, { exchange: n });
    database.run(
      `UPDATE exchanges SET outcome = 'interrupted', agent = (SELECT agent FROM sessions WHERE n = exchanges.session),
         response_bytes = (SELECT coalesce(sum(p.bytes), 0) FROM reply_parts r JOIN parts p ON p.n = r.part
                           WHERE r.exchange = exchanges.n)
       WHERE n = ?`,
      [n],
    );
    appendRecord(database, n);
  }
  return rows.length;
}

export function listExchanges(database: Database, session: string): readonly Exchange[] {
  return database
    .all<ExchangeRow>(
      `SELECT e.*, s.id AS session_id FROM exchanges e JOIN sessions s ON s.n = e.session WHERE s.id = ? ORDER BY e.n`,
      [session],
    )
    .map(exchangeOf);
}

/** @throws Fault AMBIGUOUS_ID. */
export function findExchange(database: Database, prefix: string): Exchange | null {
  const rows = database.all<ExchangeRow>(
    `SELECT e.*, s.id AS session_id FROM exchanges e JOIN sessions s ON s.n = e.session
     WHERE e.id >= ?1 AND e.id < ?2 ORDER BY e.id LIMIT 2`,
    prefixRange(prefix),
  );
  const row = pickOne(rows, prefix, 'exchange');
  return row === null ? null : exchangeOf(row);
}

export function readHeaders(
  database: Database,
  id: string,
): { readonly request: Headers; readonly response: Headers } {
  const row = exchangeRow(database, id);
  return {
    request: headersOf(database, row.request_headers),
    response: headersOf(database, row.response_headers),
  };
}

export function readContext(database: Database, id: string): ExchangeContext | null {
  const { context } = exchangeRow(database, id);
  if (context === null) return null;
  const read: ExchangeContext = JSON.parse(
    Buffer.from(readPart(database, context)).toString('utf8'),
  );
  return read;
}

export const readRequest = (database: Database, id: string): Uint8Array =>
  readParts(database, readList(database, exchangeRow(database, id).request_list));

export const readEvents = (database: Database, id: string): readonly EventMark[] =>
  parseMarks(exchangeRow(database, id).marks ?? new Uint8Array());

/** @throws Fault NO_SUCH_EXCHANGE. */
export function exchangeRow(database: Database, id: string): ExchangeRow {
  const row = database.get<ExchangeRow>(
    'SELECT e.*, s.id AS session_id FROM exchanges e JOIN sessions s ON s.n = e.session WHERE e.id = ?',
    [id],
  );
  if (row === undefined) throw new Fault('NO_SUCH_EXCHANGE', `exchange ${id} is not in the store`);
  return row;
}

/** Row number of an exchange that may still be written, without reading the row. @throws Fault NO_SUCH_EXCHANGE. */
export function openNumber(database: Database, id: string): number {
  const row = database.get<{ n: number }>(
    `SELECT n FROM exchanges WHERE id = ? AND outcome = 'open'`,
    [id],
  );
  return row?.n ?? openRow(database, id).n;
}

/** The row of an exchange that may still be written. @throws Fault NO_SUCH_EXCHANGE. */
function openRow(database: Database, id: string): ExchangeRow {
  const row = exchangeRow(database, id);
  if (row.outcome !== 'open')
    throw new Fault('NO_SUCH_EXCHANGE', `exchange ${id} has already ended (${row.outcome})`);
  return row;
}

function appendRecord(database: Database, n: number): number {
  const row = database.get<ExchangeRow>(
    'SELECT e.*, s.id AS session_id FROM exchanges e JOIN sessions s ON s.n = e.session WHERE e.n = ?',
    [n],
  );
  if (row === undefined) throw new Error(`exchange row ${n} is missing`);
  const index = appendLeaf(database, exchangeLeaf(database, row));
  database.run('UPDATE exchanges SET log_index = ? WHERE n = ?', [index, n]);
  return index;
}

const putContext = (database: Database, context: ExchangeContext): number =>
  putPart(database, Buffer.from(canonicalJson(context)));

const putHeaders = (database: Database, headers: Headers): number =>
  putPart(database, Buffer.from(JSON.stringify(headers)));

function headersOf(database: Database, part: number | null): Headers {
  if (part === null) return [];
  const headers: Headers = JSON.parse(Buffer.from(readPart(database, part)).toString('utf8'));
  return headers;
}
