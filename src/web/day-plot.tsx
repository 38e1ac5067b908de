// Added lines over time, stacked by where they came from; the same as a table.
import type { VNode } from 'preact';
import type { StatsRow } from '../model/stats.ts';
import { allOf, ORIGIN_WORDS, ORIGINS } from './origin-bar.tsx';
import { bucketDays, type Bucket, niceTop } from './scale.ts';
import { CountsTable } from './share-plot.tsx';
import { amountOf, shareOf, shortOf } from './words.ts';

const WIDTH = 960;
const HEIGHT = 220;
const LEFT = 46;
const FOOT = 24;

export function DayPlot({ rows }: { readonly rows: readonly StatsRow[] }): VNode {
  const buckets = bucketDays(rows);
  const top = niceTop(Math.max(1, ...buckets.map(({ lines }) => allOf(lines))));
  const step = (WIDTH - LEFT) / Math.max(1, buckets.length);
  const unit = buckets[0]?.days === 7 ? 'week' : buckets[0]?.days === 1 ? 'day' : 'month';
  const labelEvery = Math.ceil(buckets.length / 8);
  return (
    <figure class="plot days">
      <figcaption>
        <h2>Over time</h2>{' '}
        <span class="soft">added lines a {unit}; the line is the AI's share</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT + FOOT)}`}
        role="img"
        aria-label={`added lines a ${unit}; as a table below`}
      >
        {[0, 0.5, 1].map((part) => (
          <g class="grid">
            <line x1={LEFT} x2={WIDTH} y1={HEIGHT * (1 - part) + 1} y2={HEIGHT * (1 - part) + 1} />
            <text x={LEFT - 8} y={Math.max(10, HEIGHT * (1 - part) + 4)}>
              {shortOf(top * part)}
            </text>
          </g>
        ))}
        {buckets.map((bucket, at) => (
          <Column bucket={bucket} x={LEFT + at * step} width={step} top={top} />
        ))}
        <polyline class="share" points={sharePoints(buckets, step)} />
        {buckets.map((bucket, at) =>
          at % labelEvery === 0 ? (
            <text class="tick" x={LEFT + (at + 0.5) * step} y={HEIGHT + 17}>
              {bucket.name}
            </text>
          ) : null,
        )}
      </svg>
      <CountsTable title={unit} rows={buckets.map(({ name, lines }) => ({ key: name, lines }))} />
    </figure>
  );
}

const barOf = (width: number): number => Math.min(48, width * 0.8);

interface ColumnProps {
  readonly bucket: Bucket;
  readonly x: number;
  readonly width: number;
  readonly top: number;
}

function Column({ bucket: { name, lines }, x, width, top }: ColumnProps): VNode {
  let y = HEIGHT;
  const all = allOf(lines);
  const told = ORIGINS.filter((origin) => lines[origin] > 0).map(
    (origin) => `${ORIGIN_WORDS[origin]} ${amountOf(lines[origin])}`,
  );
  return (
    <g class="column">
      <title>{`${name}: ${shareOf(lines.ai + lines.mixed, all)} AI (${told.join(', ')})`}</title>
      {ORIGINS.map((origin) => {
        const height = (HEIGHT * lines[origin]) / top;
        y -= height;
        return (
          <rect
            class={`fill ${origin}`}
            x={x + (width - barOf(width)) / 2}
            y={y}
            width={barOf(width)}
            height={height}
          />
        );
      })}
    </g>
  );
}

const sharePoints = (buckets: readonly Bucket[], step: number): string =>
  buckets
    .map(({ lines }, at) => ({ all: allOf(lines), ai: lines.ai + lines.mixed, at }))
    .filter(({ all }) => all > 0)
    .map(({ all, ai, at }) => {
      const x = LEFT + (at + 0.5) * step;
      return `${x.toFixed(1)},${(HEIGHT * (1 - ai / all) + 1).toFixed(1)}`;
    })
    .join(' ');
