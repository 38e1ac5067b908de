// Added lines of a range of commits, counted by where they came from.
import type { Origin } from './origin.ts';

export const STATS_KEYS = ['agent', 'model', 'author', 'path', 'day'] as const;
export type StatsKey = (typeof STATS_KEYS)[number];

export type LineCounts = Readonly<Record<Origin, number>>;

export interface StatsRow {
  /** null: lines without an agent or model. */
  readonly key: string | null;
  readonly lines: LineCounts;
}

export interface Stats {
  readonly by: StatsKey;
  readonly commits: number;
  /** Of these, how many have a note with a valid signature. */
  readonly attested: number;
  readonly total: LineCounts;
  /** Days rising, everything else with the most lines of AIs first. */
  readonly rows: readonly StatsRow[];
}
