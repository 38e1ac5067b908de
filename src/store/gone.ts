// What the log says of records that were taken away.
import { createHash } from 'node:crypto';
import type { GoneRecords } from '../model/removal.ts';

/** The event that says so; null where it is not there. */
export interface GoneEvent {
  readonly event: string;
  readonly kind: string | null;
  /** JSON. */
  readonly detail: string | null;
}

/** @param indexes of the leaves, rising. */
export function goneOf(
  { event, kind, detail }: GoneEvent,
  indexes: readonly number[],
): GoneRecords {
  const said: { readonly records?: string } = JSON.parse(detail ?? '{}');
  const why = kind === 'erased' ? 'erased' : 'pruned';
  return { event, why, count: indexes.length, isSound: said.records === digestOfGone(indexes) };
}

export const digestOfGone = (indexes: readonly number[]): string =>
  createHash('sha256')
    .update(indexes.toSorted((a, b) => a - b).join('\n'))
    .digest('hex');
