// Which sequences hold certain parts.
import { parseCounts } from '../model/counts.ts';
import type { ListRow } from './follow-lists.ts';

interface Held {
  /** Of the whole sequence. */
  readonly length: number;
  /** Where in it which part lies, rising. */
  readonly places: readonly { readonly at: number; readonly part: number }[];
}

/**
 * @param rows oldest first: parents have smaller numbers than their children.
 * @returns of each list that holds some: which, each once.
 */
export function listsWith(
  rows: Iterable<ListRow>,
  wanted: ReadonlySet<number>,
): ReadonlyMap<number, readonly number[]> {
  const held = new Map<number, Held>();
  for (const row of rows) {
    const tail = parseCounts(row.tail);
    const parent = row.parent === null ? undefined : held.get(row.parent);
    const inherited = parent === undefined ? [] : inherit(parent, row, tail.length);
    const own = tail.flatMap((part, i) => (wanted.has(part) ? [{ at: row.prefix + i, part }] : []));
    if (inherited.length + own.length === 0) continue;
    const length = row.prefix + tail.length + row.suffix;
    held.set(row.n, { length, places: [...inherited, ...own] });
  }
  return new Map(
    [...held].map(([n, { places }]) => [n, [...new Set(places.map(({ part }) => part))]]),
  );
}

function inherit(
  parent: Held,
  { prefix, suffix }: ListRow,
  own: number,
): readonly Held['places'][number][] {
  const endAt = parent.length - suffix;
  return parent.places.flatMap(({ at, part }) => [
    ...(at < prefix ? [{ at, part }] : []),
    ...(at >= endAt ? [{ at: prefix + own + at - endAt, part }] : []),
  ]);
}
