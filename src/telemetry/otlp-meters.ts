// Meters that are sent as OTLP, JSON over HTTP (opentelemetry.io/docs/specs/otlp). Counting is adding up in memory, for a
// handful of attribute values; sending goes on beside the work. Loaded only where metrics are turned on.
import { ExportResultCode } from '@opentelemetry/core';
import { JsonMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import type { Decision } from '../model/decision.ts';
import type { Usage } from '../model/wire.ts';
import type { Meters } from './meters.ts';

/** Sends one message. @throws Error where it was not taken. */
export type SendMetrics = (body: Uint8Array) => Promise<void>;

export interface OtlpOptions {
  readonly send: SendMetrics;
  /** `service.version`. */
  readonly version: string;
  readonly warn: (line: string) => void;
}

const INTERVAL_MS = 60_000;
const EXPORT_MS = 5000;
const CLOSE_MS = 2000;
/** Combinations of attribute values per instrument; what is beyond them is summed up as one. */
const SERIES_MAX = 100;

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const DELAY_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

export function openOtlpMeters({ send, version, warn }: OtlpOptions): Meters {
  const reader = new PeriodicExportingMetricReader({
    exporter: exporterTo(send, warn),
    exportIntervalMillis: INTERVAL_MS,
    exportTimeoutMillis: EXPORT_MS,
    cardinalityLimits: { default: SERIES_MAX },
  });
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': 'aitrail', 'service.version': version }),
    readers: [reader],
  });
  const instruments = openInstruments(provider);
  return {
    ...metersOf(instruments),
    close: () => provider.shutdown({ timeoutMillis: CLOSE_MS }).catch(() => undefined), // said already
  };
}

type Instruments = ReturnType<typeof openInstruments>;

function openInstruments(provider: MeterProvider) {
  const meter = provider.getMeter('aitrail');
  const histogram = (name: string, description: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries } });
  const counter = (name: string, description: string, unit: string) =>
    meter.createCounter(name, { description, unit });
  return {
    exchanges: counter('aitrail.exchanges', 'requests with their replies', '{exchange}'),
    tokens: counter('aitrail.tokens', 'tokens, as the providers count them', '{token}'),
    masks: counter('aitrail.masks', 'values replaced towards agents', '{value}'),
    blocks: counter('aitrail.blocks', 'what a rule stopped', '{action}'),
    holds: counter('aitrail.holds', 'what was held for an approval, by its end', '{action}'),
    denials: counter('aitrail.denials', 'requests turned away at the door', '{request}'),
    duration: histogram('aitrail.exchange.duration', 'request to the end of its reply', SECONDS),
    firstByte: histogram('aitrail.exchange.first_byte', 'request to first byte of reply', SECONDS),
    delay: histogram('aitrail.added_delay', 'time that recording and rules took', DELAY_SECONDS),
  };
}

function metersOf(instruments: Instruments): Omit<Meters, 'close'> {
  const { exchanges, masks, duration, firstByte, delay, denials } = instruments;
  return {
    exchange: (seen) => {
      const { protocol, outcome } = seen;
      exchanges.add(1, { protocol, outcome });
      duration.record(seen.durationMs / 1000, { protocol });
      if (seen.firstByteMs !== null) firstByte.record(seen.firstByteMs / 1000, { protocol });
      if (seen.masked > 0) masks.add(seen.masked, { protocol });
      for (const [type, count] of countsOf(seen.usage))
        if (count !== null && count > 0) instruments.tokens.add(count, { protocol, type });
    },
    delay: (phase, ms) => delay.record(ms / 1000, { phase }),
    decision: ({ effect, on }) => {
      if (effect === 'blocked') instruments.blocks.add(1, { on });
      if (isEndOfHold(effect)) instruments.holds.add(1, { on, outcome: effect });
    },
    denied: (count) => denials.add(count),
  };
}

const isEndOfHold = (effect: Decision['effect']): boolean =>
  effect === 'approved' || effect === 'denied' || effect === 'unapproved';

function countsOf(usage: Usage | null): readonly (readonly [string, number | null])[] {
  if (usage === null) return [];
  return [
    ['input', usage.inputTokens],
    ['output', usage.outputTokens],
    ['cache_read', usage.cacheReadTokens],
    ['cache_write', usage.cacheWriteTokens],
  ];
}

/** Says once that a receiver is gone, and once that it is back. */
function exporterTo(send: SendMetrics, warn: OtlpOptions['warn']): PushMetricExporter {
  let isLost = false;
  const turn = (isLostNow: boolean, line: string): void => {
    if (isLost !== isLostNow) warn(line);
    isLost = isLostNow;
  };
  const report = async (body: Uint8Array): Promise<ExportResultCode> => {
    try {
      await send(body);
      turn(false, 'metrics are sent again');
      return ExportResultCode.SUCCESS;
    } catch (thrown) {
      turn(true, `metrics are not sent: ${thrown instanceof Error ? thrown.message : ''}`);
      return ExportResultCode.FAILED;
    }
  };
  const sendAll: (...args: Parameters<PushMetricExporter['export']>) => Promise<void> = async (
    metrics,
    done,
  ) => {
    const body = JsonMetricsSerializer.serializeRequest(metrics);
    done({ code: body === undefined ? ExportResultCode.FAILED : await report(body) });
  };
  return {
    export: (metrics, done) => void sendAll(metrics, done),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}
