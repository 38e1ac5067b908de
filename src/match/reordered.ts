// Lines that only changed places among their neighbours: keys of a list put in order, two statements swapped. Each may be too
// common to be found anywhere else; where all that is new in one place went missing beside it, nothing was written there.
import { matchLines } from './align.ts';
import { elementAt, type Matching } from './diff.ts';
import { hasOpen, openLines, runsOf } from './explain.ts';
import { LEAST_RUN, type Draft, type Version } from './version.ts';

/** Lines between the place where one went and the place that it came from. */
const NEAR_LINES = 12;
/** What a line is worth at least: brackets and single words of a language have no place of their own. */
const LEAST_WORTH = 2.5;

/** @param listGone makes of `before` a version with nothing but the lines that the draft has no more. */
export function returnReordered(draft: Draft, before: Version, listGone: () => Version): void {
  if (!hasOpen(draft)) return;
  const places = uniquePlaces(listGone());
  if (places.size === 0) return;
  const { lines } = draft.version;
  for (const [first, count] of runsOf(openLines(draft))) {
    const run = Array.from({ length: count }, (_none, at) => first + at).filter(
      (line) => elementAt(lines.ids, line) !== 0,
    );
    const found = run.map((line) => places.get(elementAt(lines.ids, line)) ?? -1);
    if (found.includes(-1) || new Set(found).size < run.length) continue;
    const lineFrom = matchLines(before.lines, lines, LEAST_RUN);
    if (!run.every((line, at) => isNear(lineFrom, line, found[at] ?? -1))) continue;
    for (const [at, line] of run.entries()) takeOver(draft, before, [found[at] ?? -1, line]);
  }
}

/** Line id → where it stood, of those that were there once and tell anything. */
function uniquePlaces({ lines }: Version): ReadonlyMap<number, number> {
  const places = new Map<number, number>();
  for (const [line, id] of lines.ids.entries())
    if (elementAt(lines.info, line) >= LEAST_WORTH) places.set(id, places.has(id) ? -1 : line);
  return places;
}

/** Would the line have stood thereabouts, going by the nearest line above it that stayed? */
function isNear(lineFrom: Matching, line: number, from: number): boolean {
  let above = line - 1;
  while (above >= 0 && elementAt(lineFrom, above) < 0) above -= 1;
  const expected = above < 0 ? line : elementAt(lineFrom, above) + line - above;
  return Math.abs(from - expected) <= NEAR_LINES;
}

function takeOver(draft: Draft, before: Version, [from, to]: readonly [number, number]): void {
  const source = elementAt(before.lines.starts, from);
  const start = elementAt(draft.version.lines.starts, to);
  const count = elementAt(draft.version.lines.starts, to + 1) - start;
  draft.version.authors.set(before.authors.subarray(source, source + count), start);
  draft.version.cuts.set(before.cuts.subarray(source, source + count), start);
  draft.isKnown.fill(1, start, start + count);
}
