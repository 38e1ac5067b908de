// Equal lines that mean nothing: insertions that may as well stand lower, and common lines that met by chance.
import { elementAt, type Matching } from './diff.ts';
import type { Lines } from './lines.ts';

export interface AlignOptions {
  /** A run of equal lines worth less than this, with other lines on both sides, is a coincidence. 0: believe all. */
  readonly leastRun: number;
  /** The texts need not be versions of one file: every run must be worth `leastRun`, and an edited line counts only
   *  beside such a run. */
  readonly isForeign?: boolean;
  /** What a word proves; a run that says it again and again proves it once. Absent: every word what it is worth. */
  readonly worthOf?: (word: number) => number;
}

/** In a foreign text a run may hold this many edited lines in a row. */
export const EDITED_LINES_MAX = 3;

/**
 * Inserted lines that begin as the text after them begins may as well begin later: git puts them as low as it can, and
 * so the bracket that was there stays with the block it closed.
 */
export function slideDown(ids: readonly number[], lineFrom: Matching): void {
  for (let end = lineFrom.length - 1; end > 0; end -= 1) {
    if (elementAt(lineFrom, end) < 0 || elementAt(lineFrom, end - 1) >= 0) continue;
    const start = lineFrom.subarray(0, end).findLastIndex((from) => from >= 0) + 1;
    slideGroup(ids, lineFrom, [start, end]);
  }
}

function slideGroup(
  ids: readonly number[],
  lineFrom: Matching,
  [start, end]: readonly [number, number],
): void {
  const next = start === 0 ? 0 : elementAt(lineFrom, start - 1) + 1;
  for (let by = 0; end + by < lineFrom.length; by += 1) {
    // only a pure insertion slides: the older text goes on without a gap
    const isNext = lineFrom[end + by] === next + by;
    if (!isNext || ids[start + by] !== ids[end + by]) return;
    lineFrom[start + by] = next + by;
    lineFrom[end + by] = -1;
  }
}

interface LineMatching {
  readonly from: Lines;
  readonly lineFrom: Matching;
  /** For each line of the older text its equal in the newer one, or -1. */
  readonly lineTo: Int32Array;
  readonly worthOf: AlignOptions['worthOf'];
}

/** Unmatches runs of equal lines (consecutive in the older text) that are worth little beside what is gone around them. */
export function dropCoincidences(from: Lines, lineFrom: Matching, options: AlignOptions): void {
  const lineTo = new Int32Array(from.ids.length).fill(-1);
  lineFrom.forEach((fromLine, line) => {
    if (fromLine >= 0) lineTo[fromLine] = line;
  });
  const matched = { from, lineFrom, lineTo, worthOf: options.worthOf };
  const isForeign = options.isForeign === true;
  for (const run of runsOf(matched, isForeign ? EDITED_LINES_MAX : 0)) {
    if (run.worth >= options.leastRun) continue;
    if (isForeign || run.worth < goneAround(matched, run)) unmatch(matched, run);
  }
}

interface Run {
  readonly start: number;
  readonly end: number;
  readonly worth: number;
}

const isGone = ({ from, lineTo }: LineMatching, line: number): boolean =>
  lineTo[line] === -1 && elementAt(from.info, line) >= 1;

/** Runs of the older text whose lines are all matched, but for `goneMax` in a row. */
function runsOf(matched: LineMatching, goneMax: number): Run[] {
  const runs: { start: number; end: number; worth: number; words: Set<number> }[] = [];
  let gone = goneMax + 1;
  for (const [line, worth] of matched.from.info.entries()) {
    const isMatched = matched.lineTo[line] !== -1;
    if (isGone(matched, line)) gone += 1;
    if (!isMatched) continue;
    if (gone > goneMax) runs.push({ start: line, end: line, worth: 0, words: new Set() });
    const run = runs.at(-1);
    if (run === undefined) continue;
    run.end = line + 1;
    run.worth += matched.worthOf === undefined ? worth : proofOf(matched, line, run.words);
    gone = 0;
  }
  return runs;
}

/** What a line adds to what a run proves. @param words that the run holds already; the line's are added. */
function proofOf({ from, worthOf }: LineMatching, line: number, words: Set<number>): number {
  let proof = 0;
  for (let at = elementAt(from.starts, line); at < elementAt(from.starts, line + 1); at += 1) {
    const word = elementAt(from.text.tokens, at);
    if (!words.has(word)) proof += worthOf?.(word) ?? 0;
    words.add(word);
  }
  return proof;
}

function unmatch({ lineFrom, lineTo }: LineMatching, run: Run): void {
  for (let line = run.start; line < run.end; line += 1) {
    const to = lineTo[line] ?? -1;
    if (to >= 0) lineFrom[to] = -1;
  }
}

/** What the lines were worth that stood next to a run and are gone; 0 unless some are gone on both sides. */
function goneAround(matched: LineMatching, run: Run): number {
  const above = goneBeside(matched, run.start - 1, -1);
  const below = goneBeside(matched, run.end, 1);
  return above > 0 && below > 0 ? above + below : 0;
}

function goneBeside(matched: LineMatching, start: number, step: 1 | -1): number {
  const { info } = matched.from;
  let worth = 0;
  for (let line = start; line >= 0 && line < info.length; line += step) {
    if (isGone(matched, line)) worth += elementAt(info, line);
    else if (matched.lineTo[line] !== -1 && elementAt(info, line) >= 1) break;
  }
  return worth;
}
