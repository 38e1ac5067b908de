// How many lines came from where, as a bar and in words.
import type { VNode } from 'preact';
import type { Origin } from '../model/origin.ts';
import type { LineCounts } from '../model/stats.ts';
import { counted, shareOf } from './words.ts';

export const ORIGINS = [
  'ai',
  'mixed',
  'unrecorded',
  'unknown',
] as const satisfies readonly Origin[];

export const ORIGIN_WORDS = {
  ai: 'AI',
  mixed: 'AI, changed',
  unrecorded: 'no AI on record',
  unknown: 'nothing known',
} as const satisfies Readonly<Record<Origin, string>>;

export const allOf = (counts: LineCounts): number =>
  ORIGINS.reduce((sum, origin) => sum + counts[origin], 0);

export function OriginBar({ counts }: { readonly counts: LineCounts }): VNode {
  const all = allOf(counts);
  return (
    <div class="origins">
      <div class="origin-bar" aria-hidden="true">
        {ORIGINS.map((origin) =>
          counts[origin] === 0 ? null : (
            <span class={`fill ${origin}`} style={{ flexGrow: String(counts[origin]) }} />
          ),
        )}
      </div>
      <ul class="legend">
        {ORIGINS.filter((origin) => counts[origin] > 0).map((origin) => (
          <li>
            <span class={`swatch ${origin}`} aria-hidden="true" /> {ORIGIN_WORDS[origin]}{' '}
            <strong>{shareOf(counts[origin], all)}</strong>{' '}
            <span class="soft">{counted(counts[origin], 'line')}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
