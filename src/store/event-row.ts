// One event as its table holds it, as everybody else sees it, and its leaf.
import { formatLeaf, saltedDigest } from '../log/leaf.ts';
import type { EventDetail, EventKind, EventRecord } from '../model/event.ts';

export interface EventRow {
  readonly id: string;
  readonly kind: EventKind;
  readonly at_ms: number;
  /** Canonical JSON. */
  readonly detail: string;
  readonly salt: Uint8Array;
  readonly log_index: number;
}

export function eventOf(row: EventRow): EventRecord {
  const detail: EventDetail = JSON.parse(row.detail);
  return { id: row.id, kind: row.kind, atMs: row.at_ms, detail, logIndex: row.log_index };
}

export const eventLeaf = (row: Omit<EventRow, 'log_index'>): Uint8Array =>
  formatLeaf({
    kind: 'event',
    id: row.id,
    at: new Date(row.at_ms).toISOString(),
    digests: { record: saltedDigest(row.salt, `${row.kind}\n${row.detail}`) },
  });
