// Days gathered into as many columns as a plot has room for, and round numbers for its axis.
import type { LineCounts, StatsRow } from '../model/stats.ts';

export interface Bucket {
  /** Its first day, `2026-11-21`; `2026-11` for a month. */
  readonly name: string;
  /** 1, 7, or 30 for a calendar month. */
  readonly days: 1 | 7 | 30;
  readonly lines: LineCounts;
}

const DAY_MS = 86_400_000;
const COLUMNS_MAX = 70;
const NONE: LineCounts = { ai: 0, mixed: 0, unrecorded: 0, unknown: 0 };

/** @param rows days, rising; others than days are left out. @returns without holes, rising. */
export function bucketDays(rows: readonly StatsRow[]): readonly Bucket[] {
  const days = rows.flatMap(({ key, lines }) => {
    const atMs = key === null ? NaN : Date.parse(`${key}T00:00:00Z`);
    return Number.isNaN(atMs) ? [] : [{ atMs, lines }];
  });
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const span = (last.atMs - first.atMs) / DAY_MS + 1;
  const size = span <= COLUMNS_MAX ? 1 : span <= COLUMNS_MAX * 7 ? 7 : 30;
  const buckets = new Map<string, LineCounts>();
  for (let atMs = first.atMs; atMs <= last.atMs; atMs += DAY_MS)
    buckets.set(nameOf(atMs, size), NONE);
  for (const { atMs, lines } of days) {
    const name = nameOf(atMs, size);
    buckets.set(name, add(buckets.get(name) ?? NONE, lines));
  }
  return [...buckets].map(([name, lines]) => ({ name, days: size, lines }));
}

function nameOf(atMs: number, size: Bucket['days']): string {
  if (size === 30) return new Date(atMs).toISOString().slice(0, 7);
  // 1970-01-01 was a Thursday: weeks begin on Monday
  const firstMs = size === 7 ? atMs - ((atMs / DAY_MS + 3) % 7) * DAY_MS : atMs;
  return new Date(firstMs).toISOString().slice(0, 10);
}

const add = (one: LineCounts, other: LineCounts): LineCounts => ({
  ai: one.ai + other.ai,
  mixed: one.mixed + other.mixed,
  unrecorded: one.unrecorded + other.unrecorded,
  unknown: one.unknown + other.unknown,
});

/** The next of 1, 2, 5, 10, 20 … that holds `most`. */
export function niceTop(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return ([1, 2, 5, 10].find((step) => step * power >= most) ?? 10) * power;
}
