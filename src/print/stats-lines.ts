// `aitrail stats`, for people and for programs.
import type { LineCounts, Stats } from '../model/stats.ts';
import { counted } from './moments.ts';
import { columnsOf, padColumns, plainLine } from './plain-text.ts';
import type { Style } from './style.ts';

const KINDS = ['ai', 'mixed', 'unrecorded', 'unknown'] as const;
const COLUMN = 10;

/** @param width columns. @returns lines ended by LF. */
export function statsText(stats: Stats, width: number, style: Style): string {
  const { commits, attested, total, by } = stats;
  const head = `${counted(commits, 'commit')}, ${attested} with provenance; ${counted(allOf(total), 'added line')}\n`;
  if (stats.rows.length === 0) return head;
  const names = stats.rows.map(({ key }) => (key === null ? `(no ${by})` : plainLine(key)));
  const room = Math.max(12, Math.min(width, 80) - (COLUMN + 1) * KINDS.length - 7);
  const first = Math.min(room, Math.max(...names.map(columnsOf), by.length, 'all'.length));
  const row = (name: string, lines: LineCounts): string =>
    `${padColumns(name, first)}${KINDS.map((kind) => ` ${String(lines[kind]).padStart(COLUMN)}`).join('')} ${share(lines).padStart(6)}`;
  const titles = `${padColumns(by, first)}${KINDS.map((kind) => ` ${kind.padStart(COLUMN)}`).join('')} ${'ai %'.padStart(6)}`;
  const rows = stats.rows.map(({ lines }, at) => row(names[at] ?? '', lines));
  return `${head}\n${[style.faint(titles), ...rows, style.bold(row('all', total))].join('\n')}\n`;
}

/** Of all lines, those that are an AI's, changed afterwards or not. */
function share(lines: LineCounts): string {
  const all = allOf(lines);
  return all === 0 ? '-' : ((100 * (lines.ai + lines.mixed)) / all).toFixed(1);
}

const allOf = (lines: LineCounts): number => KINDS.reduce((all, kind) => all + lines[kind], 0);

/** `aitrail.stats/1`. */
export const statsDocument = (stats: Stats): object => ({
  schema: 'aitrail.stats/1',
  by: stats.by,
  commits: stats.commits,
  attested: stats.attested,
  total: stats.total,
  rows: stats.rows.map(({ key, lines }) => ({ key, ...lines })),
});
