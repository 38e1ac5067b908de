// Metrics of the daemon, off unless the user's or the organisation's file names a receiver. Nobody waits for them.
import type { Caller } from '../../model/caller.ts';
import { isFault } from '../../model/fault.ts';
import type { OtlpReceiver, OtlpSignal } from '../../model/policy.ts';
import { readVersion } from '../../model/version.ts';
import { type HopRules, pickHop } from '../../proxy/hops.ts';
import type { Upstreams } from '../../proxy/upstreams.ts';
import { joinMeters, type Meters, NO_METERS } from '../../telemetry/meters.ts';
import { openOtlpEvents } from '../../telemetry/otlp-events.ts';
import type { SendMetrics } from '../../telemetry/otlp-meters.ts';
import { endingAfter } from '../at-most.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import type { CredentialReader } from '../record/read-credential.ts';

export interface MeterParts {
  /** Of its own: closed with the meters. */
  readonly upstreams: Upstreams;
  readonly hops: HopRules;
  readonly credentials: CredentialReader;
  readonly warn: (line: string) => void;
}

const SEND_MS = 4000;

/** What the value of a header is kept as. */
export const telemetryCredential = (header: string): string => `telemetry:${header}`;

/** @param caller the daemon's own. Never throws: where nothing can be sent, the log says so. */
export async function openMeters(caller: Caller, parts: MeterParts): Promise<Meters> {
  const receiver = await findReceiver(caller, parts.warn);
  if (receiver === null) return NO_METERS;
  const { warn, upstreams } = parts;
  const closing = new AbortController();
  const send = (what: OtlpSignal, body: Uint8Array | string): Promise<void> =>
    endingAfter(SEND_MS, closing.signal, (signal) =>
      sendTo(receiver, parts, { what, body, signal }),
    );
  const { signals } = receiver;
  const version = readVersion();
  const events = openOtlpEvents({ signals, send, version, warn });
  const meters = signals.includes('metrics')
    ? joinMeters(await openNumbers((body) => send('metrics', body), warn), events)
    : events;
  return {
    ...meters,
    close: async () => {
      await meters.close();
      closing.abort();
      await upstreams.close();
    },
  };
}

async function openNumbers(send: SendMetrics, warn: MeterParts['warn']): Promise<Meters> {
  const { openOtlpMeters } = await import('../../telemetry/otlp-meters.ts');
  return openOtlpMeters({ send, version: readVersion(), warn });
}

/** What cannot be read is said to everybody who asks for anything, so here it only turns the metrics off. */
async function findReceiver(
  caller: Caller,
  warn: (line: string) => void,
): Promise<OtlpReceiver | null> {
  try {
    return (await loadPolicy(caller, null)).telemetry;
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    warn(`no metrics are sent: ${thrown.message}`);
    return null;
  }
}

interface Message {
  readonly what: OtlpSignal;
  readonly body: Uint8Array | string;
  readonly signal: AbortSignal;
}

/** @throws Error where they were not taken, in words without the value of any header. */
async function sendTo(
  { endpoint, headers }: OtlpReceiver,
  { upstreams, hops, credentials }: MeterParts,
  { what, body, signal }: Message,
): Promise<void> {
  const { origin, host, pathname } = new URL(endpoint);
  const own = await Promise.all(
    Object.entries(headers).map(async ([name, credential]) => [
      name,
      (await credentials({ name: telemetryCredential(name), credential })) ?? '',
    ]),
  );
  const reply = await upstreams.call({
    origin,
    hop: pickHop(hops, origin),
    method: 'POST',
    path: `${pathname.replace(/\/$/, '')}/v1/${what}`,
    headers: ['content-type', 'application/json', 'user-agent', 'aitrail', ...own.flat()],
    body: Buffer.from(body),
    signal,
  });
  for await (const _ of reply.body); // read to its end, so that the connection can be used again
  if (reply.status >= 300) throw new Error(`${host} answered ${String(reply.status)}`);
}
