// When and where the events of a reply were, as small counts: gap, length and time step of each. A long reply has tens of
// thousands of them, so they are gathered in this form and kept in no other.
import { addCount, parseCounts } from './counts.ts';
import type { EventMark } from './session.ts';

export interface MarkBook {
  /** In the order of the body. Times that go back count as no step. */
  add(mark: EventMark): void;
  /** All so far, for `parseMarks`. */
  bytes(): Uint8Array;
}

export const NO_MARKS = new Uint8Array(0);

export function openMarkBook(): MarkBook {
  const bytes: number[] = [];
  let [end, lastMs] = [0, 0];
  return {
    add: ({ offset, length, atMs }) => {
      const step = Math.max(0, Math.round(atMs) - lastMs);
      addCount(bytes, Math.max(0, offset - end));
      addCount(bytes, length);
      addCount(bytes, step);
      end = offset + length;
      lastMs += step;
    },
    bytes: () => Uint8Array.from(bytes),
  };
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
