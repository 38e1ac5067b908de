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

/** A whole signed document: for programs. */
const SIGNED = 'signed';
const DIGEST = /^[0-9a-f]{40,64}$/;
const DIGEST_SHOWN = 12;

/** What came of it first, digests last and short: a line on a terminal has little room. */
const rankOf = (name: string, value: unknown): number =>
  name === 'effect' ? 0 : typeof value === 'string' && DIGEST.test(value) ? 2 : 1;

const wordsOf = ({ detail }: EventRecord): string =>
  Object.entries(detail)
    .filter(
      ([name, value]) => name !== SIGNED && value !== null && value !== '' && !isEmptyList(value),
    )
    .toSorted(([a, one], [b, other]) => rankOf(a, one) - rankOf(b, other))
    .map(([name, value]) => [name, rankOf(name, value) === 2 ? shortOf(value) : value] as const)
    .map(
      ([name, value]) => `${name} ${typeof value === 'object' ? (value ?? []).join(' ') : value}`,
    )
    .join(', ');

const shortOf = (value: unknown): string => String(value).slice(0, DIGEST_SHOWN);

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
