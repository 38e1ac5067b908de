// `aitrail stats`, for people and for programs.
import type { LineCounts, Stats } from '../model/stats.ts';
import { counted } from './moments.ts';
import { columnsOf, padColumns, plainLine } from './plain-text.ts';
import type { Style } from './style.ts';

const KINDS = ['ai', 'mixed', 'unrecorded', 'unknown'] as const;
const BAR_COLUMNS = 12;

/** @param width columns. @returns lines ended by LF. */
export function statsText(stats: Stats, width: number, style: Style): string {
  const { commits, attested, total, by } = stats;
  const head = `${counted(commits, 'commit')}, ${attested} with provenance; ${counted(allOf(total), 'added line')}\n`;
  if (stats.rows.length === 0) return head;
  const shareOf = (lines: LineCounts): number => share(lines, isOfMakers(by) ? total : lines);
  const named = stats.rows.map(({ key, lines }) => ({
    name: key === null ? `(no ${by})` : plainLine(key),
    lines,
  }));
  const cells = [
    [by, ...KINDS, isOfMakers(by) ? 'ai of all' : 'ai'],
    ...[...named, { name: 'all', lines: total }].map(({ name, lines }) => [
      name,
      ...KINDS.map((kind) => (lines[kind] === 0 ? '·' : String(lines[kind]))),
      `${shareOf(lines).toFixed(1)} %`,
    ]),
  ];
  const [titles = '', ...rows] = layOut(cells, Math.min(width, 100));
  const lines = rows.map((row, at) => `${row}  ${bar(shareOf(named[at]?.lines ?? total), style)}`);
  return `${head}\n${[style.faint(titles), ...lines.slice(0, -1), style.bold(rows.at(-1) ?? '')].join('\n')}\n`;
}

/** All lines of an agent are an AI's: its part of all lines tells more. */
const isOfMakers = (by: Stats['by']): boolean => by === 'agent' || by === 'model';

/** Names to the left, cut where the line is full; numbers to the right, each column as wide as it must be. */
function layOut(cells: readonly (readonly string[])[], width: number): readonly string[] {
  const [names = 0, ...numbers] = (cells[0] ?? []).map((_title, column) =>
    Math.max(...cells.map((row) => columnsOf(row[column] ?? ''))),
  );
  const taken = numbers.reduce((sum, columns) => sum + columns + 2, BAR_COLUMNS + 2);
  const room = Math.min(names, Math.max(12, width - taken));
  return cells.map(
    ([name = '', ...rest]) =>
      padColumns(name, room) +
      rest.map((cell, at) => `  ${cell.padStart(numbers[at] ?? 0)}`).join(''),
  );
}

function bar(percent: number, style: Style): string {
  const filled = Math.round((percent / 100) * BAR_COLUMNS);
  return '█'.repeat(filled) + style.faint('░'.repeat(BAR_COLUMNS - filled));
}

/** Percent that the lines of an AI, changed afterwards or not, are of all. */
function share(lines: LineCounts, of: LineCounts): number {
  const all = allOf(of);
  return all === 0 ? 0 : (100 * (lines.ai + lines.mixed)) / all;
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
