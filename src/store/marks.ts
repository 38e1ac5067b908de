// When and where the events of a reply were, as small counts.
import type { EventMark } from '../model/session.ts';
import { formatCounts, parseCounts } from './counts.ts';

/** Gaps, lengths and time steps as small counts. Times that go back count as no step. */
export function formatMarks(events: readonly EventMark[]): Uint8Array {
  const counts: number[] = [];
  let [end, atMs] = [0, 0];
  for (const event of events) {
    const step = Math.max(0, Math.round(event.atMs) - atMs);
    counts.push(Math.max(0, event.offset - end), event.length, step);
    end = event.offset + event.length;
    atMs += step;
  }
  return formatCounts(counts);
}

/** Offsets and lengths tile the body: an event starts where the last one ended unless its mark says otherwise. */
export function parseMarks(marks: Uint8Array): readonly EventMark[] {
  const counts = parseCounts(marks);
  const events: EventMark[] = [];
  let [offset, atMs] = [0, 0];
  for (let i = 0; i + 2 < counts.length; i += 3) {
    offset += counts[i] ?? 0;
    const length = counts[i + 1] ?? 0;
    atMs += counts[i + 2] ?? 0;
    events.push({ offset, length, atMs });
    offset += length;
  }
  return events;
}
