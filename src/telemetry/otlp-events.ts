// Meters that tell of each exchange and of each line of the log: traces and logs, sent a little later and together. A
// receiver that is away is not waited for, and what it misses is gone: recordings are what is kept.
import type { OtlpSignal } from '../model/policy.ts';
import type { Meters, SeenExchange } from './meters.ts';
import { formatOtlpLogs, type OtlpRecord } from './otlp-logs.ts';
import { formatOtlpSpans } from './otlp-spans.ts';

export interface OtlpEventOptions {
  readonly signals: readonly OtlpSignal[];
  /** @throws Error where it was not taken. */
  readonly send: (signal: OtlpSignal, body: string) => Promise<void>;
  readonly version: string;
  /** Not to be told of again. */
  readonly warn: (line: string) => void;
}

const INTERVAL_MS = 5000;
/** Between two of them; what is more is counted. */
const KEPT_MAX = 5000;

const nothing = (): void => undefined;

export function openOtlpEvents({ signals, send, version, warn }: OtlpEventOptions): Meters {
  const spans = openQueue<SeenExchange>(signals.includes('traces'));
  const lines = openQueue<OtlpRecord>(signals.includes('logs'));
  let isAway = false;
  const flush = async (): Promise<void> => {
    const [seen, said, nowMs] = [spans.take(), lines.take(), Date.now()];
    const left = seen.missed + said.missed;
    if (left > 0)
      warn(`telemetry: ${String(left)} spans and lines were too many, and are not sent`);
    try {
      if (seen.all.length > 0) await send('traces', formatOtlpSpans(seen.all, version));
      if (said.all.length > 0) await send('logs', formatOtlpLogs(said.all, { version, nowMs }));
      isAway = false;
    } catch (thrown) {
      if (!isAway) warn(`no traces and logs are sent: ${String(thrown)}`);
      isAway = true;
    }
  };
  let working = Promise.resolve();
  const next = (): void => void (working = working.then(flush));
  const timer = setInterval(next, INTERVAL_MS).unref();
  return {
    exchange: (seen) => spans.put(seen),
    line: (body) =>
      lines.put({
        atMs: Date.now(),
        eventName: 'aitrail.log',
        body,
        isWarning: false,
        attributes: { 'process.pid': process.pid },
      }),
    delay: nothing,
    decision: nothing,
    denied: nothing,
    close: async () => {
      clearInterval(timer);
      next();
      await working;
    },
  };
}

interface Queue<T> {
  readonly put: (one: T) => void;
  readonly take: () => { readonly all: readonly T[]; readonly missed: number };
}

function openQueue<T>(isOn: boolean): Queue<T> {
  let [kept, missed]: [T[], number] = [[], 0];
  return {
    put: (one) => {
      if (!isOn) return;
      if (kept.length < KEPT_MAX) kept.push(one);
      else missed += 1;
    },
    take: () => {
      const taken = { all: kept, missed };
      [kept, missed] = [[], 0];
      return taken;
    },
  };
}
