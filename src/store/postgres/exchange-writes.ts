// Exchanges: begun before the upstream sees the request, ended in one transaction with emissions and log leaf. Each step
// may run twice, where a connection was lost and nobody knows whether its commit arrived, and counts once.
import { digestOfDigests } from '../../log/leaf.ts';
import { createHash, randomBytes } from 'node:crypto';
import { Fault } from '../../model/fault.ts';
import { canonicalJson } from '../../model/canonical-json.ts';
import type { ExchangeContext, ExchangeOutcome } from '../../model/session.ts';
import { pack } from '../packing.ts';
import type { ExchangeDraft, ExchangeEnd } from '../store.ts';
import type { Core, OpenExchange } from './core.ts';
import { addEmissions } from './emissions.ts';
import { appendRecord, findRow } from './exchange-records.ts';
import { putList, putParts } from './parts.ts';
import { putTexts } from './texts.ts';
import { type Ask, only } from './sql.ts';
import { epochOf, forgetEpoch } from './sweep.ts';

export async function beginExchange(core: Core, draft: ExchangeDraft): Promise<void> {
  while (!(await tryBegin(core, draft))) forgetEpoch(core);
}

/** @returns false where parts that were found may be gone again: somebody has swept meanwhile. */
async function tryBegin(core: Core, draft: ExchangeDraft): Promise<boolean> {
  const epoch = await epochOf(core);
  const month = await core.months.open(draft.startedAtMs);
  const slices = draft.slices.filter((slice) => slice.length > 0);
  const context = draft.context === null ? [] : [formatContext(draft.context)];
  const pieces = [formatHeaders(draft.headers), ...context, ...slices];
  const put = await putParts(core, month, pieces);
  const body = put.slice(1 + context.length);
  const group = `session ${draft.session}`;
  const place = { month, lists: core.lists, group };
  const list = await putList(
    core.sql.ask,
    body.map(({ n }) => n),
    place,
  );
  const begun = only(
    await core.sql.ask<{ session: number | null; n: number | null; epoch: number }>(BEGIN, [
      month,
      draft.id,
      draft.session,
      core.instance,
      draft.connection,
      draft.protocol,
      draft.wire,
      draft.method,
      draft.url,
      draft.startedAtMs,
      draft.model,
      draft.requestSha256,
      draft.requestBytes,
      digestOfDigests(body.map(({ sha256 }) => sha256)),
      put[0]?.n ?? 0,
      list,
      randomBytes(16),
      context.length === 0 ? null : (put[1]?.n ?? null),
      epoch,
    ]),
  );
  if (begun.epoch !== epoch) return false;
  if (begun.session === null)
    throw new Fault('NO_SUCH_SESSION', `session ${draft.session} is not in the store`);
  const n = begun.n ?? (await findRow(core.sql.ask, draft.id)).n;
  core.open.set(draft.id, { n, month, nextSeq: 0, writing: Promise.resolve() });
  return true;
}

const BEGIN = `WITH of AS (SELECT n FROM sessions WHERE id = $3),
  begun AS (
    INSERT INTO exchanges (month, id, session, instance, connection, protocol, wire, method, url, started_ms, outcome,
      model, request_sha256, request_bytes, request_record, request_headers, request_list, salt, context)
    SELECT $1, $2, of.n, $4, $5, $6, $7, $8, $9, $10, 'open', $11, $12, $13, $14, $15, $16, $17, $18 FROM of
    WHERE (SELECT epoch FROM sweeps) = $19 ON CONFLICT DO NOTHING RETURNING n),
  counted AS (
    UPDATE sessions SET exchanges = exchanges + 1, last_ms = greatest(last_ms, $10)
    WHERE id = $3 AND EXISTS (SELECT FROM begun))
  SELECT (SELECT n FROM of) AS session, (SELECT n FROM begun) AS n,
    (SELECT epoch FROM sweeps) AS epoch`;

export function appendReply(core: Core, id: string, bytes: Uint8Array): Promise<void> {
  const known = core.open.get(id);
  if (known !== undefined) return enqueue(core, known, bytes);
  return reopen(core, id).then((open) => enqueue(core, open, bytes));
}

/** One piece after the other, in the order of the calls. */
function enqueue(core: Core, open: OpenExchange, bytes: Uint8Array): Promise<void> {
  if (bytes.length === 0) return Promise.resolve();
  const seq = open.nextSeq;
  open.nextSeq += 1;
  open.writing = inTurn(open.writing, () => insertPiece(core, open, { seq, bytes }));
  return open.writing;
}

async function inTurn(before: Promise<void>, work: () => Promise<void>): Promise<void> {
  await before;
  await work();
}

async function insertPiece(
  core: Core,
  open: OpenExchange,
  { seq, bytes }: { readonly seq: number; readonly bytes: Uint8Array },
): Promise<void> {
  const placed = await core.objects.place(open.month, pack(bytes));
  const { codec, data } = placed;
  const sha256 = createHash('sha256').update(bytes).digest();
  await core.sql.ask(
    `INSERT INTO replies (month, exchange, seq, sha256, codec, bytes, data) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT DO NOTHING`,
    [open.month, open.n, seq, sha256, codec, bytes.length, data],
  );
  await core.objects.settle([placed]);
}

/** An exchange that this process did not begin. @throws Fault NO_SUCH_EXCHANGE. */
async function reopen(core: Core, id: string): Promise<OpenExchange> {
  const row = await findRow(core.sql.ask, id);
  if (row.outcome !== 'open') throw ended(id, row.outcome);
  const { seq } = only(
    await core.sql.ask<{ seq: number }>(
      'SELECT coalesce(max(seq) + 1, 0) AS seq FROM replies WHERE month = $1 AND exchange = $2',
      [row.month, row.n],
    ),
  );
  const open = { n: row.n, month: row.month, nextSeq: seq, writing: Promise.resolve() };
  core.open.set(id, open);
  return open;
}

/** @returns index of the log leaf. */
export async function endExchange(
  core: Core,
  end: ExchangeEnd,
): Promise<{ readonly logIndex: number }> {
  const open = core.open.get(end.id) ?? (await reopen(core, end.id));
  await (end.rest === undefined ? open.writing : enqueue(core, open, end.rest));
  await open.writing;
  for (;;) {
    const logIndex = await tryEnd(core, open, end);
    if (logIndex !== null) {
      core.open.delete(end.id);
      return { logIndex };
    }
    forgetEpoch(core);
  }
}

/** @returns null as `tryBegin` does. */
async function tryEnd(core: Core, open: OpenExchange, end: ExchangeEnd): Promise<number | null> {
  const epoch = await epochOf(core);
  const context = end.context === undefined ? [] : [formatContext(end.context)];
  const put = await putParts(core, open.month, [formatHeaders(end.headers), ...context]);
  const numbers = { headers: put[0]?.n ?? 0, context: put[1]?.n ?? null, epoch };
  return core.sql.transaction(async (ask, attempt) => {
    const isEnded = await writeEnd(ask, open, { end, ...numbers });
    if (!isEnded) return indexOfEnded(ask, end, attempt);
    if (end.texts !== undefined) await putTexts(ask, open, end.texts);
    await addEmissions(ask, { ...open, atMs: end.endedAtMs }, end.emissions);
    return appendRecord(ask, open);
  });
}

/** After a lost answer the commit may have arrived; otherwise somebody else has ended it. */
async function indexOfEnded(ask: Ask, end: ExchangeEnd, attempt: number): Promise<number | null> {
  const row = await findRow(ask, end.id);
  if (row.outcome === 'open') return null;
  const isOurs = attempt > 0 && row.outcome === end.outcome && row.ended_ms === end.endedAtMs;
  if (!isOurs || row.log_index === null) throw ended(end.id, row.outcome);
  return row.log_index;
}

const ended = (id: string, outcome: ExchangeOutcome): Fault =>
  new Fault('NO_SUCH_EXCHANGE', `exchange ${id} has already ended (${outcome})`);

interface Ending {
  readonly end: ExchangeEnd;
  /** Parts. */
  readonly headers: number;
  readonly context: number | null;
  readonly epoch: number;
}

/** @returns false where it is not open any more. */
async function writeEnd(
  ask: Ask,
  open: OpenExchange,
  { end, headers, context, epoch }: Ending,
): Promise<boolean> {
  const rows = await ask(END, [
    open.month,
    open.n,
    end.firstByteAtMs,
    end.endedAtMs,
    end.status,
    end.outcome,
    end.model,
    end.stopReason,
    end.usage === null ? null : JSON.stringify(end.usage),
    end.responseSha256,
    end.clientSha256,
    end.responseBytes,
    end.masks.length === 0 ? null : JSON.stringify(end.masks),
    end.marks,
    headers,
    end.request?.sha256 ?? null,
    end.request?.bytes ?? null,
    context,
    epoch,
  ]);
  return rows.length > 0;
}

const END = `WITH done AS (
    UPDATE exchanges e SET first_ms = $3, ended_ms = $4, status = $5, outcome = $6, model = coalesce($7, e.model),
      stop_reason = $8, usage = $9, response_sha256 = $10, client_sha256 = $11, response_bytes = $12, masks = $13,
      marks = $14, response_headers = $15, request_sha256 = coalesce($16, request_sha256),
      request_bytes = coalesce($17, request_bytes), context = coalesce($18, e.context), agent = s.agent
    FROM sessions s WHERE s.n = e.session AND e.month = $1 AND e.n = $2 AND e.outcome = 'open'
      AND (SELECT epoch FROM sweeps) = $19
    RETURNING e.session, e.model),
  used AS (
    INSERT INTO session_models (session, model) SELECT session, model FROM done WHERE model IS NOT NULL
    ON CONFLICT DO NOTHING),
  told AS (UPDATE sessions SET last_ms = greatest(last_ms, $4) FROM done WHERE sessions.n = done.session)
  SELECT session FROM done`;

const formatContext = (context: ExchangeContext): Uint8Array => Buffer.from(canonicalJson(context));

const formatHeaders = (headers: ExchangeDraft['headers']): Uint8Array =>
  Buffer.from(JSON.stringify(headers));
