// A laptop reports in: its log is cosigned by the gateway that one is logged in at, then the records that the gateway has not
// got go there. The log is the queue: what could not be sent goes with the next report.
import { setTimeout as sleep } from 'node:timers/promises';
import { stateHome } from '../../config/places.ts';
import { formatProof } from '../../log/checkpoint.ts';
import { openCosignature, parseWitnessKey } from '../../log/cosignature.ts';
import { formatAddCheckpoint } from '../../log/witness.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { numberAt, stringAt } from '../../model/json.ts';
import { RECORDS_PATH, type ReportOutcome, WITNESS_PATH } from '../../model/reporting.ts';
import { writeCosigned } from '../../store/log-files.ts';
import type { SignedCheckpoint, Store } from '../../store/store.ts';
import { askGateway, type Question } from '../login/ask-gateway.ts';
import { findFresh } from '../login/log-in.ts';
import { gatherReported } from './gather-reported.ts';
import { keepReached, type Queue, readReached } from './report-state.ts';

export interface ReportOptions {
  /** Where one must be logged in; absent: wherever one is. */
  readonly gateway?: string;
  readonly signal?: AbortSignal;
  /** Between two requests, for those who work meanwhile. Default none. */
  readonly breathMs?: number;
}

/** Asks the gateway, as whoever is logged in. */
type AskHere = (question: Pick<Question, 'path' | 'body'>) => Promise<unknown>;

/** @throws Fault NOT_LOGGED_IN, GATEWAY_UNREACHABLE, LOG_FORKED where the gateway knows another history, ROLE_NEEDED. */
export async function sendReport(
  caller: Caller,
  store: Store,
  options: ReportOptions = {},
): Promise<ReportOutcome> {
  const { gateway, idToken: token } = await findFresh(caller);
  if (options.gateway !== undefined && options.gateway !== gateway)
    throw new Fault('NOT_LOGGED_IN', `nobody is logged in at ${options.gateway} here`, {
      fix: `log in: aitrail login ${options.gateway}`,
    });
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const ask: AskHere = (question) => askGateway(gateway, { ...question, ...signal, token });
  const now = await store.signCheckpoint();
  const { note, atSeconds } = await cosign(store, now, { gateway, ask });
  writeCosigned(stateHome(caller.env), note);
  const cosignedAt = new Date(atSeconds * 1000).toISOString();
  const queue = { gateway, origin: now.origin };
  const sent = await sendRecords(store, { caller, queue, ask, now, cosignedAt, options });
  return { gateway, size: now.size, cosignedAt, note, sent };
}

interface Witness {
  readonly gateway: string;
  readonly ask: AskHere;
}

async function cosign(
  store: Store,
  now: SignedCheckpoint,
  { gateway, ask }: Witness,
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
    const answer = await ask({
      path: WITNESS_PATH,
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
  throw new Fault('WITNESS_REFUSED', `${gateway} did not cosign the log`);
}

interface Sending {
  readonly caller: Caller;
  readonly queue: Queue;
  readonly ask: AskHere;
  readonly now: SignedCheckpoint;
  readonly cosignedAt: string;
  readonly options: ReportOptions;
}

const LEAVES_AT_ONCE = 50;

/** @returns how many records the gateway had not got. */
async function sendRecords(
  store: Store,
  { caller, queue, ask, now, cosignedAt, options }: Sending,
): Promise<number> {
  const { size, note, vkey } = now;
  const prove = async (index: number): Promise<string> =>
    formatProof({ index, path: await store.proveInclusion(index, size), checkpoint: note });
  let { next } = await readReached(caller, queue);
  let sent = 0;
  while (next < size && options.signal?.aborted !== true) {
    const entries = await store.readLog(next, Math.min(LEAVES_AT_ONCE, size - next));
    if (entries.length === 0) break;
    const batch = await gatherReported(store, entries, prove);
    if (batch.records.length > 0) {
      const body = JSON.stringify({ vkey, records: batch.records });
      sent += numberAt(await ask({ path: RECORDS_PATH, body }), 'taken') ?? 0;
    }
    next = batch.next;
    await keepReached(caller, queue, { next, cosignedAt, problem: null });
    await sleep(options.breathMs ?? 0);
  }
  await keepReached(caller, queue, { next, cosignedAt, problem: null });
  return sent;
}
