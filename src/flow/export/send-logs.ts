// Sends records to a receiver of OTLP logs.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { readVersion } from '../../model/version.ts';
import { pickHop, readHopRules } from '../../proxy/hops.ts';
import { openUpstreams } from '../../proxy/upstreams.ts';
import { formatOtlpLogs, readOtlpAnswer, type OtlpAnswer } from '../../telemetry/otlp-logs.ts';
import { endingAfter } from '../at-most.ts';
import { withoutUs } from '../record/hop-book.ts';
import { describeRecord } from './describe-record.ts';
import type { LoggedRecord } from './follow-log.ts';

export interface LogReceiver {
  /** With or without `/v1/logs`. */
  readonly url: URL;
  /** `name=value,…` as OTEL_EXPORTER_OTLP_HEADERS has it. */
  readonly headers: string;
  /** Ends the waiting for a receiver that is away; null: give up after some tries. */
  readonly stop: AbortSignal | null;
  readonly warn: (line: string) => void;
}

export interface LogSender {
  /** Resolves when they were taken. @throws Fault UPSTREAM_UNREACHABLE, UPSTREAM_NONSENSE. */
  send(records: readonly LoggedRecord[]): Promise<void>;
  close(): Promise<void>;
}

const SEND_MS = 10_000;
const TRIES_MAX = 5;
const WAIT_MS = 500;
const WAIT_MS_MAX = 30_000;

export const formatLogs = (records: readonly LoggedRecord[]): string =>
  formatOtlpLogs(records.map(describeRecord), { version: readVersion(), nowMs: Date.now() });

export function openLogSender(caller: Caller, receiver: LogReceiver): LogSender {
  const upstreams = openUpstreams(null);
  const hop = pickHop(withoutUs(readHopRules(caller.env)), receiver.url.origin);
  const never = new AbortController().signal;
  const post = (body: string): Promise<OtlpAnswer> =>
    endingAfter(SEND_MS, receiver.stop ?? never, async (signal) => {
      const reply = await upstreams.call({
        origin: receiver.url.origin,
        hop,
        method: 'POST',
        path: pathOf(receiver.url),
        headers: [
          'content-type',
          'application/json',
          'user-agent',
          'aitrail',
          ...headersOf(receiver),
        ],
        body: Buffer.from(body),
        signal,
      });
      const chunks: Uint8Array[] = [];
      for await (const chunk of reply.body) chunks.push(chunk);
      const at = reply.headers.findIndex((name, i) => i % 2 === 0 && /^retry-after$/i.test(name));
      const retryAfter = at < 0 ? null : (reply.headers[at + 1] ?? null);
      return readOtlpAnswer(reply.status, retryAfter, Buffer.concat(chunks).toString('utf8'));
    }).catch((thrown: unknown): OtlpAnswer => ({
      kind: 'later',
      afterMs: null,
      why: thrown instanceof Error ? thrown.message : String(thrown),
    }));
  return {
    send: async (records) => {
      if (records.length > 0) await sendUntilTaken(receiver, formatLogs(records), post);
    },
    close: () => upstreams.close(),
  };
}

async function sendUntilTaken(
  receiver: LogReceiver,
  body: string,
  post: (body: string) => Promise<OtlpAnswer>,
): Promise<void> {
  const { url, stop, warn } = receiver;
  for (let tries = 1; ; tries += 1) {
    const answer = await post(body);
    if (answer.kind !== 'later') return settle(receiver, answer);
    if (stop?.aborted === true || (stop === null && tries >= TRIES_MAX))
      throw new Fault('UPSTREAM_UNREACHABLE', `${url.host}: ${answer.why}`);
    if (tries === 1) warn(`${url.host} does not take records now: ${answer.why}`);
    const waitMs = answer.afterMs ?? Math.min(WAIT_MS * 2 ** tries, WAIT_MS_MAX);
    const told = stop === null ? {} : { signal: stop };
    await sleep(waitMs, undefined, told).catch(() => undefined); // told to stop
  }
}

function settle({ url, warn }: LogReceiver, answer: Exclude<OtlpAnswer, { kind: 'later' }>): void {
  if (answer.kind === 'partly')
    warn(`${url.host} refused ${String(answer.rejected)} records: ${answer.why}`);
  if (answer.kind === 'refused')
    throw new Fault('UPSTREAM_NONSENSE', `${url.host}: ${answer.why}`, {
      fix: 'name the receiver of OTLP over HTTP: its port is 4318 as a rule',
    });
}

const pathOf = ({ pathname, search }: URL): string =>
  `${pathname.endsWith('/v1/logs') ? pathname : `${pathname.replace(/\/$/, '')}/v1/logs`}${search}`;

const headersOf = ({ headers }: LogReceiver): readonly string[] =>
  headers.split(',').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at < 1 ? [] : [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())];
  });
