// What was masked, one entry for each mask of a channel, with every place where it stood.
import { RANGES_MAX, type MaskRange, type MaskRecord } from '../model/secret.ts';

/** Read when the list is asked for: a secret's end may come later than its start. */
interface LiveRange {
  readonly start: number;
  readonly end: number;
}

export interface MaskBook {
  add(mask: Omit<MaskRecord, 'ranges'>, range: LiveRange): void;
  masks(): readonly MaskRecord[];
}

interface Entry {
  readonly mask: Omit<MaskRecord, 'ranges'>;
  readonly ranges: LiveRange[];
}

export function openMaskBook(): MaskBook {
  const entries = new Map<string, Entry>();
  return {
    add: (mask, range) => {
      const { placeholder, direction, isForwarded, channel } = mask;
      const name = JSON.stringify([placeholder, direction, isForwarded, channel]);
      const entry = entries.get(name) ?? { mask, ranges: [] };
      entries.set(name, entry);
      if (entry.ranges.length < RANGES_MAX) entry.ranges.push(range);
    },
    masks: () =>
      [...entries.values()].map(({ mask, ranges }) => ({ ...mask, ranges: once(ranges) })),
  };
}

/** Later copies of the same text are the same place. */
const once = (ranges: readonly LiveRange[]): readonly MaskRange[] => [
  ...new Map(
    ranges.map(({ start, end }): [string, MaskRange] => [`${start} ${end}`, [start, end]]),
  ).values(),
];

/** Puts together what several books, or parts of a text, list of the same masks. */
export function joinMasks(masks: readonly MaskRecord[]): readonly MaskRecord[] {
  const book = openMaskBook();
  for (const { ranges, ...mask } of masks)
    for (const [start, end] of ranges) book.add(mask, { start, end });
  return book.masks();
}
