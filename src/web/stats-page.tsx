// What share of the code is an AI's, over time and by model, agent, path and person.
import type { VNode } from 'preact';
import type { StatsPage } from '../model/pages.ts';
import type { Stats, StatsKey } from '../model/stats.ts';
import { DayPlot } from './day-plot.tsx';
import { Empty, Show } from './notes.tsx';
import { allOf, OriginBar } from './origin-bar.tsx';
import { SharePlot } from './share-plot.tsx';
import { useAnswer } from './use-answer.ts';
import { amountOf, shareOf } from './words.ts';

const PLOTS = [
  { key: 'model', title: 'By model' },
  { key: 'agent', title: 'By agent' },
  { key: 'path', title: 'By file' },
  { key: 'author', title: 'By person' },
] as const satisfies readonly { readonly key: StatsKey; readonly title: string }[];

export function StatsView(): VNode {
  const { answered } = useAnswer<StatsPage>('stats');
  return (
    <div class="stats">
      <div class="page-head">
        <h1>Statistics</h1>
        <p class="soft">lines that the commits behind HEAD added, by their signed notes</p>
      </div>
      <Show answered={answered}>{({ by }) => <Plots by={by} />}</Show>
    </div>
  );
}

function Plots({ by }: { readonly by: Readonly<Record<StatsKey, Stats>> }): VNode {
  const { total, commits, attested } = by.day;
  const all = allOf(total);
  if (all === 0)
    return (
      <Empty>
        <p>No commit has added a line yet.</p>
      </Empty>
    );
  return (
    <>
      <div class="tiles">
        <Tile value={shareOf(total.ai + total.mixed, all)} words="of the added lines are an AI's" />
        <Tile value={amountOf(all)} words="added lines" />
        <Tile
          value={shareOf(attested, commits)}
          words={`of ${amountOf(commits)} commits say where they come from`}
        />
      </div>
      <OriginBar counts={total} />
      <DayPlot rows={by.day.rows} />
      <div class="plots">
        {PLOTS.map(({ key, title }) => (
          <SharePlot title={title} stats={by[key]} />
        ))}
      </div>
    </>
  );
}

const Tile = ({ value, words }: { readonly value: string; readonly words: string }): VNode => (
  <p class="tile">
    <strong>{value}</strong>
    <span>{words}</span>
  </p>
);
