// Log records as OTLP, JSON over HTTP (opentelemetry.io/docs/specs/otlp): one request's body, and what a receiver answers.
import { isObject, numberAt, objectAt, parseJson, stringAt } from '../model/json.ts';

export interface OtlpRecord {
  readonly atMs: number;
  readonly eventName: string;
  /** One line. */
  readonly body: string;
  readonly isWarning: boolean;
  /** Null ones are left out. */
  readonly attributes: Readonly<
    Record<string, string | number | boolean | null | readonly string[]>
  >;
}

/** An ExportLogsServiceRequest, also one line of the file format. */
export const formatOtlpLogs = (
  records: readonly OtlpRecord[],
  { version, nowMs }: { readonly version: string; readonly nowMs: number },
): string =>
  JSON.stringify({
    resourceLogs: [
      {
        resource: {
          attributes: attributesOf({ 'service.name': 'aitrail', 'service.version': version }),
        },
        scopeLogs: [
          {
            scope: { name: 'aitrail', version },
            logRecords: records.map((record) => ({
              timeUnixNano: nanoseconds(record.atMs),
              observedTimeUnixNano: nanoseconds(nowMs),
              severityNumber: record.isWarning ? 13 : 9,
              severityText: record.isWarning ? 'WARN' : 'INFO',
              eventName: record.eventName,
              body: { stringValue: record.body },
              attributes: attributesOf(record.attributes),
            })),
          },
        ],
      },
    ],
  });

/** 64-bit integers are text in OTLP's JSON. */
export const nanoseconds = (atMs: number): string => `${String(Math.trunc(atMs))}000000`;

export const attributesOf = (attributes: OtlpRecord['attributes']): readonly object[] =>
  Object.entries(attributes).flatMap(([key, value]) =>
    value === null ? [] : [{ key, value: valueOf(value) }],
  );

function valueOf(value: string | number | boolean | readonly string[]): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number')
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { arrayValue: { values: value.map((each) => ({ stringValue: each })) } };
}

export type OtlpAnswer =
  | { readonly kind: 'taken' }
  /** Some were refused for good: sending them again would not help. */
  | { readonly kind: 'partly'; readonly rejected: number; readonly why: string }
  /** Try again, not before so many milliseconds where the receiver says so. */
  | { readonly kind: 'later'; readonly afterMs: number | null; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string };

/** By the specification: 429, 502, 503 and 504 ask to be tried again, all others do not. */
export function readOtlpAnswer(
  status: number,
  retryAfter: string | null,
  text: string,
): OtlpAnswer {
  const answered = `it answered ${String(status)}`;
  if (status >= 200 && status < 300) return partlyOf(parseJson(text));
  const said = stringAt(parseJson(text), 'message');
  const why = said === null ? answered : `${answered}: ${said}`;
  if (![429, 502, 503, 504].includes(status)) return { kind: 'refused', why };
  const seconds = /^\d{1,5}$/.test(retryAfter ?? '') ? Number(retryAfter) : null;
  return { kind: 'later', afterMs: seconds === null ? null : seconds * 1000, why };
}

function partlyOf(answer: unknown): OtlpAnswer {
  const partial = objectAt(answer, 'partialSuccess');
  const count = isObject(partial) ? partial['rejectedLogRecords'] : 0;
  const rejected =
    typeof count === 'string' ? Number(count) : (numberAt(partial, 'rejectedLogRecords') ?? 0);
  return rejected > 0
    ? { kind: 'partly', rejected, why: stringAt(partial, 'errorMessage') ?? '' }
    : { kind: 'taken' };
}
