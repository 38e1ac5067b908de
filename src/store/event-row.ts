// One event as its table holds it, as everybody else sees it, and its leaf.
import { formatLeaf, saltedDigest } from '../log/leaf.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import type { EventDetail, EventKind, LoggedEvent } from '../model/event.ts';

export interface EventRow {
  readonly id: string;
  readonly kind: EventKind;
  readonly at_ms: number;
  /** Canonical JSON. */
  readonly detail: string;
  readonly salt: Uint8Array;
  readonly log_index: number;
}

export function eventOf(row: EventRow): LoggedEvent {
  const detail: EventDetail = JSON.parse(row.detail);
  const salt = Buffer.from(row.salt).toString('hex');
  return { id: row.id, kind: row.kind, atMs: row.at_ms, detail, logIndex: row.log_index, salt };
}

export const eventLeaf = (row: Omit<EventRow, 'log_index'>): Uint8Array =>
  formatLeaf({
    kind: 'event',
    id: row.id,
    at: new Date(row.at_ms).toISOString(),
    digests: { record: saltedDigest(row.salt, formatRecord(row.kind, row.detail)) },
  });

const formatRecord = (kind: EventKind, detail: string): string => `${kind}\n${detail}`;

/** What the leaf's digest is over, salted. */
export const eventRecord = ({ kind, detail }: Pick<LoggedEvent, 'kind' | 'detail'>): string =>
  formatRecord(kind, canonicalJson(detail));
