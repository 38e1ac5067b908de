// Events and their leaves.
import { randomBytes } from 'node:crypto';
import { canonicalJson } from '../model/canonical-json.ts';
import type { EventFilter, EventRecord, LoggedEvent, NewEvent } from '../model/event.ts';
import type { Database } from './database.ts';
import { eventLeaf, eventOf, type EventRow } from './event-row.ts';
import { newEventId } from './ids.ts';
import { appendLeaf } from './log-rows.ts';

export function addEvent(database: Database, event: NewEvent): EventRecord {
  const known = event.id === undefined ? undefined : findEventRow(database, event.id);
  if (known !== undefined) return eventOf(known);
  const id = event.id ?? newEventId();
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
export function listEvents(database: Database, filter: EventFilter): readonly LoggedEvent[] {
  const rows = database.all<EventRow>(
    'SELECT * FROM events WHERE at_ms BETWEEN ? AND ? ORDER BY n DESC LIMIT ?',
    [filter.sinceMs ?? 0, filter.untilMs ?? Number.MAX_SAFE_INTEGER, filter.limit],
  );
  return rows.map(eventOf);
}

export const findEventRow = (database: Database, id: string): EventRow | undefined =>
  database.get<EventRow>('SELECT * FROM events WHERE id = ?', [id]);
