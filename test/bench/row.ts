// What a row of the bench is, and what it answers: each figure at two sizes, so that growth can be seen.

export interface Sized {
  /** How much of what the row varies. */
  readonly size: number;
  readonly value: number;
}

export interface Figure {
  readonly what: string;
  readonly unit: 'µs' | 'ms' | 'MB/s' | 'MB' | '×' | 's';
  /** What `size` counts: `lines`, `exchanges` … */
  readonly of: string;
  /** Rising by size; one where only one was measured. */
  readonly sizes: readonly Sized[];
  /** What the design asks for at the largest size; null for what only stands beside. Ratios are worked out in the run. */
  readonly bar: number | null;
  readonly isMoreBetter?: boolean;
  readonly note?: string;
}

export interface Scale {
  /** The design's own sizes, however long they take. */
  readonly isFull: boolean;
}

export interface Row {
  /** `B1` … */
  readonly id: string;
  readonly title: string;
  readonly run: (scale: Scale) => Promise<readonly Figure[]>;
}

/** @param measure answers by what was measured. @returns each at all sizes. */
export async function measureSizes(
  counts: readonly number[],
  measure: (size: number) => ReadonlyMap<string, number> | Promise<ReadonlyMap<string, number>>,
): Promise<ReadonlyMap<string, readonly Sized[]>> {
  const sizes = new Map<string, readonly Sized[]>();
  for (const size of counts)
    for (const [what, value] of await measure(size))
      sizes.set(what, [...(sizes.get(what) ?? []), { size, value }]);
  return sizes;
}

export const isMet = ({ sizes, bar, isMoreBetter = false }: Figure): boolean | null => {
  const value = sizes.at(-1)?.value;
  if (bar === null || value === undefined) return null;
  return isMoreBetter ? value >= bar : value <= bar;
};

/** Exponent of the growth: 1 is linear, 0 is none; null with one size. */
export function growthOf({ sizes }: Figure): number | null {
  const [small, large] = [sizes[0], sizes.at(-1)];
  if (small === undefined || large === undefined || small === large) return null;
  if (small.value <= 0 || large.value <= 0) return null;
  return Math.log(large.value / small.value) / Math.log(large.size / small.size);
}
