// Bars for the largest of many, and a table of all of them.
import type { VNode } from 'preact';
import type { Stats, StatsRow } from '../model/stats.ts';
import { allOf, ORIGIN_WORDS, ORIGINS } from './origin-bar.tsx';
import { marked } from './shown-text.tsx';
import { amountOf, shareOf, shortOf } from './words.ts';

const SHOWN = 12;

export function SharePlot({
  title,
  stats,
}: {
  readonly title: string;
  readonly stats: Stats;
}): VNode {
  const rows = stats.rows.slice(0, SHOWN);
  const most = Math.max(1, ...rows.map(({ lines }) => allOf(lines)));
  return (
    <figure class="plot bars">
      <figcaption>
        <h2>{title}</h2>
        {stats.rows.length > SHOWN ? (
          <span class="soft">
            {String(SHOWN)} of {amountOf(stats.rows.length)}
          </span>
        ) : null}
      </figcaption>
      <ul aria-hidden="true">
        {rows.map(({ key, lines }) => (
          <li>
            <span class="name" title={key ?? ''}>
              {marked(key ?? `no ${stats.by}`)}
            </span>
            <span class="track">
              {ORIGINS.map((origin) =>
                lines[origin] === 0 ? null : (
                  <span
                    class={`fill ${origin}`}
                    title={`${ORIGIN_WORDS[origin]}: ${amountOf(lines[origin])}`}
                    style={{ width: `${String((100 * lines[origin]) / most)}%` }}
                  />
                ),
              )}
            </span>
            <span class="value">{shortOf(allOf(lines))}</span>
          </li>
        ))}
      </ul>
      <CountsTable title={stats.by} rows={stats.rows} />
    </figure>
  );
}

interface TableProps {
  readonly title: string;
  readonly rows: readonly StatsRow[];
}

/** Everything that a plot shows, in words and numbers. */
export const CountsTable = ({ title, rows }: TableProps): VNode => (
  <details class="as-table">
    <summary>as a table</summary>
    <div class="scroll" tabIndex={0} role="group" aria-label={`added lines by ${title}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{title}</th>
            {ORIGINS.map((origin) => (
              <th scope="col">{ORIGIN_WORDS[origin]}</th>
            ))}
            <th scope="col">AI's share</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, 1000).map(({ key, lines }) => (
            <tr>
              <th scope="row">{marked(key ?? `no ${title}`)}</th>
              {ORIGINS.map((origin) => (
                <td>{amountOf(lines[origin])}</td>
              ))}
              <td>{shareOf(lines.ai + lines.mixed, allOf(lines))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </details>
);
