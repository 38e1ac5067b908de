// Aligns two versions of a file: equal lines first, then the tokens between them, so that a line that was edited, split
// or joined still finds where it came from, and an unrelated line does not.
import { elementAt, matchSequences, type Matching } from './diff.ts';
import { classOf, type TokenText } from './tokens.ts';

/** By token class: weak, bracket, sign, keyword, short, number, word, long. */
const INFO = [0.15, 0.2, 0.5, 1, 1.5, 2, 3, 4] as const;

/** Roughly the bits of evidence that a token carries. */
export const infoOf = (token: number): number => INFO[classOf(token)] ?? 0;

/** A text cut into lines. `lineIds[i]` is equal for lines with equal tokens; 0 for lines without any. */
export interface Lines {
  readonly text: TokenText;
  readonly ids: readonly number[];
  /** First token of each line; one more at the end. */
  readonly starts: readonly number[];
  readonly info: readonly number[];
}

/** For each token of the newer text the token of the older one that it came from, or -1. */
export interface Alignment {
  readonly tokenFrom: Int32Array;
  /** For each line of the newer text the equal line of the older one, or -1. */
  readonly lineFrom: Matching;
}

export interface AlignOptions {
  /** A run of equal lines worth less than this, with other lines on both sides, is a coincidence. 0: believe all. */
  readonly leastRun: number;
  /** The texts need not be versions of one file: every run must be worth `leastRun`, and an edited line counts only
   *  beside such a run. */
  readonly isForeign?: boolean;
  /** What lines prove, by id, where that is not just what their words are worth. */
  readonly evidence?: ReadonlyMap<number, number>;
}

/** In a foreign text a run may hold this many edited lines in a row. */
const EDITED_LINES_MAX = 3;

export function cutLines(text: TokenText): Lines {
  const starts: number[] = [];
  let at = 0;
  for (let line = 0; line < text.lineCount; line += 1) {
    starts.push(at);
    while (at < text.tokens.length && text.lineOf[at] === line) at += 1;
  }
  starts.push(text.tokens.length);
  const ids: number[] = [];
  const info: number[] = [];
  for (let line = 0; line < text.lineCount; line += 1) {
    const [start = 0, end = 0] = [starts[line], starts[line + 1]];
    let id = 0;
    let worth = 0;
    for (let token = start; token < end; token += 1) {
      const value = text.tokens[token] ?? 0;
      // multiply-and-add in doubles kept below 2^53
      id = ((id % 0xfffffb) * 0x1000193 + (value % 0x1fffffffffff) + 1) % 0x1fffffffffffff;
      worth += infoOf(value);
    }
    ids.push(id);
    info.push(worth);
  }
  return { text, ids, starts, info };
}

export function alignLines(from: Lines, to: Lines, options: AlignOptions): Alignment {
  const worth = new Map<number, number>();
  to.ids.forEach((id, line) => worth.set(id, (to.info[line] ?? 0) + 0.05));
  const lineFrom = matchSequences(from.ids, to.ids, (id) => worth.get(id) ?? 0.05);
  slideDown(to.ids, lineFrom);
  if (options.leastRun > 0) dropCoincidences(from, lineFrom, options);
  const tokenFrom = new Int32Array(to.text.tokens.length).fill(-1);
  lineFrom.forEach((fromLine, line) => {
    if (fromLine >= 0)
      copyLine(
        tokenFrom,
        [from.starts[fromLine] ?? 0, to.starts[line] ?? 0],
        to.starts[line + 1] ?? 0,
      );
  });
  for (const gap of gapsOf(lineFrom, from.ids.length)) {
    const near = options.isForeign === true ? clipGap(gap, lineFrom.length, from.ids.length) : gap;
    if (near !== null) alignGap({ from, to, tokenFrom }, near);
  }
  return { tokenFrom, lineFrom };
}

function copyLine(tokenFrom: Int32Array, [from, to]: readonly [number, number], end: number): void {
  for (let token = to; token < end; token += 1) tokenFrom[token] = from + token - to;
}

/**
 * Inserted lines that begin as the text after them begins may as well begin later: git puts them as low as it can, and
 * so the bracket that was there stays with the block it closed.
 */
function slideDown(ids: readonly number[], lineFrom: Matching): void {
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
  readonly evidence: AlignOptions['evidence'];
}

/** Unmatches runs of equal lines (consecutive in the older text) that are worth little beside what is gone around them. */
function dropCoincidences(from: Lines, lineFrom: Matching, options: AlignOptions): void {
  const lineTo = new Int32Array(from.ids.length).fill(-1);
  lineFrom.forEach((fromLine, line) => {
    if (fromLine >= 0) lineTo[fromLine] = line;
  });
  const matched = { from, lineFrom, lineTo, evidence: options.evidence };
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
  const runs: { start: number; end: number; worth: number }[] = [];
  let gone = goneMax + 1;
  for (const [line, worth] of matched.from.info.entries()) {
    const isMatched = matched.lineTo[line] !== -1;
    if (isGone(matched, line)) gone += 1;
    if (!isMatched) continue;
    if (gone > goneMax) runs.push({ start: line, end: line, worth: 0 });
    const run = runs.at(-1);
    const proof = matched.evidence?.get(elementAt(matched.from.ids, line)) ?? worth;
    if (run !== undefined) Object.assign(run, { end: line + 1, worth: run.worth + proof });
    gone = 0;
  }
  return runs;
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

interface Gap {
  readonly from0: number;
  readonly from1: number;
  readonly to0: number;
  readonly to1: number;
}

/** Lines between matched lines, on both sides. */
function gapsOf(lineFrom: Matching, fromCount: number): Gap[] {
  const gaps: Gap[] = [];
  let from0 = 0;
  let to0 = 0;
  const close = (from1: number, to1: number): void => {
    if (from1 > from0 && to1 > to0) gaps.push({ from0, from1, to0, to1 });
    from0 = from1 + 1;
    to0 = to1 + 1;
  };
  lineFrom.forEach((fromLine, line) => {
    if (fromLine >= 0) close(fromLine, line);
  });
  close(fromCount, lineFrom.length);
  return gaps;
}

/** In a foreign text only lines next to a matched run may be edits of its neighbours. */
function clipGap(gap: Gap, toCount: number, fromCount: number): Gap | null {
  const hasStart = gap.from0 > 0 && gap.to0 > 0;
  const hasEnd = gap.from1 < fromCount && gap.to1 < toCount;
  if (hasStart && hasEnd) return gap;
  if (!hasStart && !hasEnd) return null;
  const count = Math.min(gap.from1 - gap.from0, gap.to1 - gap.to0, EDITED_LINES_MAX);
  return hasStart
    ? { ...gap, from1: gap.from0 + count, to1: gap.to0 + count }
    : { ...gap, from0: gap.from1 - count, to0: gap.to1 - count };
}

interface Work {
  readonly from: Lines;
  readonly to: Lines;
  readonly tokenFrom: Int32Array;
}

function alignGap({ from, to, tokenFrom }: Work, gap: Gap): void {
  const [fromStart, fromEnd] = [from.starts[gap.from0] ?? 0, from.starts[gap.from1] ?? 0];
  const [toStart, toEnd] = [to.starts[gap.to0] ?? 0, to.starts[gap.to1] ?? 0];
  const matching = matchSequences(
    from.text.tokens.slice(fromStart, fromEnd),
    to.text.tokens.slice(toStart, toEnd),
    infoOf,
  );
  matching.forEach((token, at) => {
    if (token >= 0) tokenFrom[toStart + at] = fromStart + token;
  });
  const isInPlace = gap.from1 - gap.from0 === gap.to1 - gap.to0;
  for (let line = gap.to0; line < gap.to1; line += 1) {
    const inPlaceOf = isInPlace ? gap.from0 + line - gap.to0 : -1;
    if (!isRelated({ from, to, tokenFrom }, line, inPlaceOf))
      tokenFrom.fill(-1, to.starts[line], to.starts[line + 1]);
  }
}

/**
 * Does enough of a line come from the lines that its tokens were matched with?
 *
 * @param inPlaceOf the older line that stood in its place, -1 where that cannot be said.
 */
function isRelated(work: Work, line: number, inPlaceOf: number): boolean {
  const found = weighLine(work, line);
  const whole = work.to.info[line] ?? 0;
  const tokens = (work.to.starts[line + 1] ?? 0) - (work.to.starts[line] ?? 0);
  if (found.matched >= 0.95 * whole && (tokens < RUN_TOKENS || found.inRuns >= 0.5 * whole))
    return true;
  if (!found.hasWord) return false;
  if (found.inRuns >= 0.75 * whole) return true;
  return (
    isEditOf({ ...found, whole }, work.from) ||
    isEditInPlace({ ...found, whole }, work.from, inPlaceOf)
  );
}

interface LineWeight {
  readonly matched: number;
  /** Matched in runs of at least RUN_TOKENS tokens that follow each other in the older text too. */
  readonly inRuns: number;
  readonly hasWord: boolean;
  /** Line of the older text → what it gave. */
  readonly byLine: ReadonlyMap<number, number>;
}

/** A run of fewer tokens (a call's brackets, a name and a dot) may be anybody's. */
const RUN_TOKENS = 3;

function weighLine({ from, to, tokenFrom }: Work, line: number): LineWeight {
  const byLine = new Map<number, number>();
  let [matched, inRuns, hasWord] = [0, 0, false];
  for (const run of tokenRuns({ from, to, tokenFrom }, line)) {
    let worth = 0;
    for (let at = 0; at < run.count; at += 1) {
      const value = elementAt(from.text.tokens, run.from + at);
      const fromLine = elementAt(from.text.lineOf, run.from + at);
      worth += infoOf(value);
      hasWord ||= infoOf(value) >= 1.5;
      byLine.set(fromLine, (byLine.get(fromLine) ?? 0) + infoOf(value));
    }
    matched += worth;
    if (run.count >= RUN_TOKENS) inRuns += worth;
  }
  return { matched, inRuns, hasWord, byLine };
}

interface TokenRun {
  /** First token in the older text. */
  readonly from: number;
  readonly count: number;
}

/** Matched tokens of a line, cut where the older text does not go on. */
function tokenRuns({ to, tokenFrom }: Work, line: number): TokenRun[] {
  const runs: TokenRun[] = [];
  for (let token = elementAt(to.starts, line); token < elementAt(to.starts, line + 1); token += 1) {
    const from = tokenFrom[token] ?? -1;
    if (from < 0) continue;
    const last = runs.at(-1);
    const isNext = last !== undefined && last.from + last.count === from;
    if (isNext) runs.splice(-1, 1, { from: last.from, count: last.count + 1 });
    else runs.push({ from, count: 1 });
  }
  return runs;
}

/** One line of the older text holds most of what was matched, and the two have half in common. */
function isEditOf(found: LineWeight & { readonly whole: number }, from: Lines): boolean {
  let shared = 0;
  let older = 0;
  for (const [line, worth] of found.byLine)
    if (worth > shared) [shared, older] = [worth, from.info[line] ?? 0];
  if (2 * shared >= 0.5 * (older + found.whole)) return true;
  return shared >= 0.8 * older && shared >= 5;
}

/** Where one line took another's place, a quarter in common is enough. */
function isEditInPlace(
  found: LineWeight & { readonly whole: number },
  from: Lines,
  inPlaceOf: number,
): boolean {
  const shared = found.byLine.get(inPlaceOf) ?? 0;
  return shared >= 3 && 2 * shared >= 0.25 * (elementAt(from.info, inPlaceOf) + found.whole);
}
