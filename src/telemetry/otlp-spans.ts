// Exchanges as spans in OTLP, JSON over HTTP (opentelemetry.io/docs/specs/otlp): a trace is a session, so that a conversation
// stands together. Ids are made of ours: whoever has a record finds its span.
import type { SeenExchange } from './meters.ts';
import { attributesOf, nanoseconds } from './otlp-logs.ts';
import { sha256Hex } from '../model/sha256.ts';

/** OTLP's numbers. */
const SERVER = 2;
const [UNSET, ERROR] = [0, 2];

/** An ExportTraceServiceRequest. */
export const formatOtlpSpans = (seen: readonly SeenExchange[], version: string): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: {
          attributes: attributesOf({ 'service.name': 'aitrail', 'service.version': version }),
        },
        scopeSpans: [{ scope: { name: 'aitrail', version }, spans: seen.map(spanOf) }],
      },
    ],
  });

function spanOf(seen: SeenExchange): object {
  const { id, session, connection, protocol, model, status, outcome, usage } = seen;
  return {
    traceId: idOf(session, 32),
    spanId: idOf(id, 16),
    name: `exchange ${connection}`,
    kind: SERVER,
    startTimeUnixNano: nanoseconds(seen.startedAtMs),
    endTimeUnixNano: nanoseconds(seen.startedAtMs + seen.durationMs),
    attributes: attributesOf({
      'aitrail.exchange': id,
      'aitrail.session': session,
      'aitrail.connection': connection,
      'aitrail.protocol': protocol,
      'aitrail.outcome': outcome,
      'aitrail.masked': seen.masked,
      'gen_ai.request.model': model,
      'gen_ai.usage.input_tokens': usage?.inputTokens ?? null,
      'gen_ai.usage.output_tokens': usage?.outputTokens ?? null,
      'http.response.status_code': status,
    }),
    events: seen.firstByteMs === null ? [] : [firstByteOf(seen.startedAtMs + seen.firstByteMs)],
    status: { code: outcome === 'upstream-error' ? ERROR : UNSET },
  };
}

const firstByteOf = (atMs: number): object => ({
  name: 'first byte',
  timeUnixNano: nanoseconds(atMs),
});

const idOf = (name: string, digits: number): string => sha256Hex(name).slice(0, digits);
