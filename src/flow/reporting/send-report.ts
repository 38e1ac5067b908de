// A laptop reports in: its log is cosigned by the gateway that one is logged in at, then the records that the gateway has not
// got go there. The log is the queue: what could not be sent goes with the next report.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stateHome } from '../../config/places.ts';
import { formatProof } from '../../log/checkpoint.ts';
import { openCosignature, parseWitnessKey } from '../../log/cosignature.ts';
import { proveInclusion } from '../../log/tree.ts';
import { formatAddCheckpoint } from '../../log/witness.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { numberAt, parseJson, stringAt } from '../../model/json.ts';
import {
  RECORDS_PATH,
  type ReportedRecord,
  type ReportOutcome,
  WITNESS_PATH,
} from '../../model/reporting.ts';
import { writeCosigned } from '../../store/log-files.ts';
import type { LogEntry, SignedCheckpoint, Store } from '../../store/store.ts';
import { readTree } from '../log/read-tree.ts';
import { askGateway } from '../login/ask-gateway.ts';
import { findFresh } from '../login/log-in.ts';

interface Way {
  readonly gateway: string;
  readonly token: string;
}

/** @throws Fault NOT_LOGGED_IN, GATEWAY_UNREACHABLE, LOG_FORKED where the gateway knows another history, ROLE_NEEDED. */
export async function sendReport(caller: Caller, store: Store): Promise<ReportOutcome> {
  const { gateway, idToken: token } = await findFresh(caller);
  const way = { gateway, token };
  const now = await store.signCheckpoint();
  const { note, atSeconds } = await cosign(store, now, way);
  const home = stateHome(caller.env);
  writeCosigned(home, note);
  const sent = await sendRecords(store, { way, now, file: cursorOf(home, gateway, now.origin) });
  const cosignedAt = new Date(atSeconds * 1000).toISOString();
  return { gateway, size: now.size, cosignedAt, note, sent };
}

async function cosign(
  store: Store,
  now: SignedCheckpoint,
  way: Way,
): Promise<{ readonly note: string; readonly atSeconds: number }> {
  let oldSize = 0;
  for (let tries = 0; tries < 3; tries += 1) {
    const path = oldSize > now.size ? [] : await store.proveGrowth(oldSize, now.size);
    // one that is shorter than what was cosigned is shown as it is: the gateway must see it
    const body = formatAddCheckpoint({
      oldSize: Math.min(oldSize, now.size),
      path,
      note: now.note,
    });
    const answer = await askGateway(way.gateway, {
      path: WITNESS_PATH,
      token: way.token,
      body: JSON.stringify({ vkey: now.vkey, body }),
    });
    const line = stringAt(answer, 'line');
    if (line === null) {
      oldSize = numberAt(answer, 'size') ?? 0;
      continue;
    }
    const key = parseWitnessKey(stringAt(answer, 'witness') ?? '');
    const atSeconds = key === null ? null : openCosignature(`${now.note}${line}`, key);
    if (atSeconds !== null) return { note: `${now.note}${line}`, atSeconds };
    break;
  }
  throw new Fault('WITNESS_REFUSED', `${way.gateway} did not cosign the log`);
}

interface Sending {
  readonly way: Way;
  readonly now: SignedCheckpoint;
  /** How far it went. */
  readonly file: string;
}

const cursorOf = (home: string, gateway: string, origin: string): string =>
  join(home, 'reported', createHash('sha256').update(`${gateway}\n${origin}`).digest('hex'));

const LEAVES_AT_ONCE = 50;
const BYTES_AT_ONCE = 4 * 1024 * 1024;

async function sendRecords(store: Store, { way, now, file }: Sending): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '0'); // nothing was sent so far
  let next = /^\d{1,15}\n?$/.test(text) ? Number(text) : 0;
  let sent = 0;
  if (next >= now.size) return sent;
  const tree = await readTree(store, now.size);
  const proofOf = (index: number): string =>
    formatProof({ index, path: proveInclusion(tree, index, now.size), checkpoint: now.note });
  while (next < now.size) {
    const entries = await store.readLog(next, Math.min(LEAVES_AT_ONCE, now.size - next));
    if (entries.length === 0) break;
    const batch = await gather(store, entries, proofOf);
    if (batch.records.length > 0) {
      const body = JSON.stringify({ vkey: now.vkey, records: batch.records });
      const answer = await askGateway(way.gateway, { path: RECORDS_PATH, token: way.token, body });
      sent += numberAt(answer, 'taken') ?? 0;
    }
    next = batch.next;
    await keep(file, next);
  }
  return sent;
}

interface Batch {
  readonly records: readonly ReportedRecord[];
  /** Where to go on. */
  readonly next: number;
}

/** As many as fit into one request, at least one. Leaves without a record are passed over. */
async function gather(
  store: Store,
  entries: readonly LogEntry[],
  proofOf: (index: number) => string,
): Promise<Batch> {
  const records: ReportedRecord[] = [];
  let bytes = 0;
  for (const { index, data } of entries) {
    const record = await readRecord(store, data, () => proofOf(index));
    if (record === null) continue;
    bytes += record.request.length + record.reply.length;
    if (records.length > 0 && bytes > BYTES_AT_ONCE) return { records, next: index };
    records.push(record);
  }
  return { records, next: (entries.at(-1)?.index ?? 0) + 1 };
}

/** @returns null for what is no exchange, or is here no more. */
async function readRecord(
  store: Store,
  data: Uint8Array,
  prove: () => string,
): Promise<ReportedRecord | null> {
  const leaf = parseJson(Buffer.from(data).toString('utf8'));
  const id = stringAt(leaf, 'kind') === 'exchange' ? stringAt(leaf, 'id') : null;
  const exchange = id === null ? null : await store.findExchange(id);
  const session = exchange === null ? null : await store.findSession(exchange.session);
  if (exchange === null || session === null) return null;
  const headers = await store.readHeaders(exchange.id);
  return {
    proof: prove(),
    leaf: Buffer.from(data).toString('base64'),
    session,
    exchange,
    requestHeaders: headers.request,
    responseHeaders: headers.response,
    request: Buffer.from(await store.readRequest(exchange.id)).toString('base64'),
    reply: Buffer.from(await store.readReply(exchange.id)).toString('base64'),
    events: await store.readEvents(exchange.id),
  };
}

async function keep(file: string, next: number): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${String(process.pid)}`;
  await writeFile(draft, `${String(next)}\n`, { mode: 0o600 });
  await rename(draft, file);
}
