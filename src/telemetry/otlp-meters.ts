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
import { type Instruments, makeInstruments, metersOf } from './instruments.ts';
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

function openInstruments(provider: MeterProvider): Instruments {
  const meter = provider.getMeter('aitrail');
  return makeInstruments(
    ({ name, description, unit }) => meter.createCounter(name, { description, unit }),
    ({ name, description, unit }, bounds) =>
      meter.createHistogram(name, {
        description,
        unit,
        advice: { explicitBucketBoundaries: [...bounds] },
      }),
  );
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
