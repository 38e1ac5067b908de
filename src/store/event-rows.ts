// Events and their leaves.
import { randomBytes } from 'node:crypto';
import { formatLeaf, saltedDigest } from '../log/leaf.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import type { EventFilter, EventDetail, EventKind, EventRecord, NewEvent } from '../model/event.ts';
import type { Database } from './database.ts';
import { newEventId } from './ids.ts';
import { appendLeaf } from './log-rows.ts';

export interface EventRow {
  readonly id: string;
  readonly kind: EventKind;
  readonly at_ms: number;
  /** Canonical JSON. */
  readonly detail: string;
  readonly salt: Uint8Array;
  readonly log_index: number;
}

export function addEvent(database: Database, event: NewEvent): EventRecord {
  const id = newEventId();
  const [salt, detail] = [randomBytes(16), canonicalJson(event.detail)];
  const row = { id, kind: event.kind, at_ms: event.atMs, detail, salt };
  const logIndex = appendLeaf(database, eventLeaf(row));
  database.run(
    'INSERT INTO events (id, kind, at_ms, detail, salt, log_index) VALUES (?, ?, ?, ?, ?, ?)',
    [id, event.kind, event.atMs, detail, salt, logIndex],
  );
  return { ...event, id, logIndex };
}

/** @returns newest first. */
export function listEvents(database: Database, filter: EventFilter): readonly EventRecord[] {
  const rows = database.all<EventRow>(
    'SELECT * FROM events WHERE at_ms >= ? ORDER BY n DESC LIMIT ?',
    [filter.sinceMs ?? 0, filter.limit],
  );
  return rows.map((row) => {
    const detail: EventDetail = JSON.parse(row.detail);
    return { id: row.id, kind: row.kind, atMs: row.at_ms, detail, logIndex: row.log_index };
  });
}

export const findEventRow = (database: Database, id: string): EventRow | undefined =>
  database.get<EventRow>('SELECT * FROM events WHERE id = ?', [id]);

export const eventLeaf = (row: Omit<EventRow, 'log_index'>): Uint8Array =>
  formatLeaf({
    kind: 'event',
    id: row.id,
    at: new Date(row.at_ms).toISOString(),
    digests: { record: saltedDigest(row.salt, `${row.kind}\n${row.detail}`) },
  });
