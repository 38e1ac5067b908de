// One exchange as its table holds it, and as everybody else sees it.
import type { MaskRecord } from '../model/secret.ts';
import type { Exchange, ExchangeOutcome } from '../model/session.ts';
import type { Protocol, Usage, WireName } from '../model/wire.ts';

export interface ExchangeRow {
  readonly n: number;
  readonly id: string;
  readonly session: number;
  /** Joined from sessions. */
  readonly session_id: string;
  readonly connection: string;
  readonly protocol: Protocol;
  readonly wire: WireName | null;
  readonly method: string;
  readonly url: string;
  readonly started_ms: number;
  readonly first_ms: number | null;
  readonly ended_ms: number | null;
  readonly status: number | null;
  readonly outcome: ExchangeOutcome;
  readonly model: string | null;
  readonly agent: string | null;
  readonly stop_reason: string | null;
  readonly usage: string | null;
  readonly request_sha256: string | null;
  readonly response_sha256: string | null;
  readonly client_sha256: string | null;
  readonly request_bytes: number;
  readonly response_bytes: number;
  readonly request_record: Uint8Array;
  readonly masks: string | null;
  readonly marks: Uint8Array | null;
  readonly request_headers: number;
  readonly response_headers: number | null;
  readonly request_list: number;
  readonly salt: Uint8Array;
  /** Part; null for records of older versions. */
  readonly context: number | null;
  readonly log_index: number | null;
}

export function exchangeOf(row: ExchangeRow): Exchange {
  const usage: Usage | null = row.usage === null ? null : JSON.parse(row.usage);
  const masks: readonly MaskRecord[] = row.masks === null ? [] : JSON.parse(row.masks);
  return {
    id: row.id,
    session: row.session_id,
    connection: row.connection,
    protocol: row.protocol,
    wire: row.wire,
    method: row.method,
    url: row.url,
    startedAtMs: row.started_ms,
    firstByteAtMs: row.first_ms,
    endedAtMs: row.ended_ms,
    status: row.status,
    outcome: row.outcome,
    model: row.model,
    stopReason: row.stop_reason,
    usage,
    requestSha256: row.request_sha256,
    responseSha256: row.response_sha256,
    clientSha256: row.client_sha256,
    requestBytes: row.request_bytes,
    responseBytes: row.response_bytes,
    // older rows have no ranges
    masks: masks.map((mask) => ({ ...mask, ranges: mask.ranges ?? [] })),
    logIndex: row.log_index,
  };
}
