// Lists of events, for people and for programs.
import type { EventRecord } from '../model/event.ts';
import { localMinute, timestamp } from './moments.ts';
import { fitColumns, plainLine } from './plain-text.ts';

/** @param width columns. @returns lines ended by LF. */
export function eventLines(events: readonly EventRecord[], width: number): string {
  if (events.length === 0) return 'nothing was refused, denied or stopped\n';
  return events
    .map((event) => {
      const head = `${event.id}  ${localMinute(event.atMs)}  ${event.kind.padEnd(8)}`;
      return `${fitColumns(`${head}  ${plainLine(wordsOf(event))}`, width).trimEnd()}\n`;
    })
    .join('');
}

const wordsOf = ({ detail }: EventRecord): string =>
  Object.entries(detail)
    .filter(([, value]) => value !== null && value !== '' && !isEmptyList(value))
    .map(
      ([name, value]) => `${name} ${typeof value === 'object' ? (value ?? []).join(' ') : value}`,
    )
    .join(', ');

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** `aitrail.events/1`. */
export const eventsDocument = (events: readonly EventRecord[]): object => ({
  schema: 'aitrail.events/1',
  events: events.map(({ id, kind, atMs, detail, logIndex }) => ({
    id,
    kind,
    at: timestamp(atMs),
    detail,
    logIndex,
  })),
});
