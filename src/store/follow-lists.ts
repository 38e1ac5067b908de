// Which lists, and which parts of them, somebody still needs.
import { parseCounts } from '../model/counts.ts';

export interface ReferringRow {
  readonly request_headers: number;
  readonly response_headers: number | null;
  readonly context: number | null;
  readonly request_list: number;
}

export interface ListRow {
  readonly n: number;
  readonly parent: number | null;
  readonly prefix: number;
  readonly suffix: number;
  readonly tail: Uint8Array;
}

/** How many of a list's first and last parts somebody needs. */
export interface Need {
  readonly first: number;
  readonly last: number;
}

export const WHOLE: Need = { first: Infinity, last: Infinity };

/**
 * Parents have smaller numbers than their children: from the newest list down, each is seen after all that lean on it.
 *
 * @param rows newest first. @param needs grows; @param live gets the parts of lists that are needed. @returns lists that nobody needs.
 */
export function followLists(
  rows: readonly ListRow[],
  needs: Map<number, Need>,
  live: Set<number>,
): readonly number[] {
  const unneeded: number[] = [];
  for (const row of rows) {
    const need = needs.get(row.n);
    if (need === undefined) {
      unneeded.push(row.n);
      continue;
    }
    const tail = parseCounts(row.tail);
    const end = row.prefix + tail.length + row.suffix;
    tail.forEach((part, i) => {
      const at = row.prefix + i;
      if (at < need.first || at >= end - need.last) live.add(part);
    });
    if (row.parent === null) continue;
    const known = needs.get(row.parent) ?? { first: 0, last: 0 };
    const asked = needOfParent(row, tail.length, need);
    needs.set(row.parent, {
      first: Math.max(known.first, asked.first),
      last: Math.max(known.last, asked.last),
    });
  }
  return unneeded;
}

/** Where a need reaches across the middle, all of that side is kept. */
function needOfParent({ prefix, suffix }: ListRow, own: number, need: Need): Need {
  const reachesBack = need.last > suffix + own;
  const reachesOn = need.first > prefix + own;
  return {
    first: reachesBack ? prefix : Math.min(need.first, prefix),
    last: reachesOn ? suffix : Math.min(need.last, suffix),
  };
}
