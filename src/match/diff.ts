// Longest common subsequences of numbers: patience anchors first (elements that occur once on both sides), then an exact
// weighted alignment of what is left between them.

/** For each element of `to` the index in `from` that it is matched with, or -1. Rising where not -1. */
export type Matching = Int32Array;

/** An element, 0 where there is none. */
export const elementAt = (list: ArrayLike<number>, at: number): number => list[at] ?? 0;

interface Span {
  readonly from0: number;
  readonly from1: number;
  readonly to0: number;
  readonly to1: number;
}

interface Task {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly weigh: (element: number) => number;
  readonly matching: Matching;
}

/** Cells of the exact alignment; above it only anchors count. */
const CELLS_MAX = 2_000_000;
/** Below it the exact alignment is both better and cheap. */
const ANCHOR_CELLS_MIN = 40_000;
/** What going on where the last match ended is worth, in units of weight: keeps matches together. */
const RUN_BONUS = 0.6;

/**
 * @param weigh what a match of this element is worth, above 0.
 */
export function matchSequences(
  from: readonly number[],
  to: readonly number[],
  weigh: (element: number) => number,
): Matching {
  const matching = new Int32Array(to.length).fill(-1);
  const task: Task = { from, to, weigh, matching };
  const open: Span[] = [{ from0: 0, from1: from.length, to0: 0, to1: to.length }];
  for (let span = open.pop(); span !== undefined; span = open.pop()) {
    const rest = trim(task, span);
    if (rest.from0 < rest.from1 && rest.to0 < rest.to1) open.push(...split(task, rest));
  }
  return matching;
}

/** Matches equal ends; what remains lies between. */
function trim(task: Task, span: Span): Span {
  let { from0, from1, to0, to1 } = span;
  while (from0 < from1 && to0 < to1 && task.from[from0] === task.to[to0]) {
    task.matching[to0] = from0;
    from0 += 1;
    to0 += 1;
  }
  while (from0 < from1 && to0 < to1 && task.from[from1 - 1] === task.to[to1 - 1]) {
    from1 -= 1;
    to1 -= 1;
    task.matching[to1] = from1;
  }
  return { from0, from1, to0, to1 };
}

/** Aligns a small span at once; cuts a large one at its anchors. */
function split(task: Task, span: Span): Span[] {
  const cells = (span.from1 - span.from0) * (span.to1 - span.to0);
  const anchors = cells > ANCHOR_CELLS_MIN ? findAnchors(task, span) : [];
  if (anchors.length === 0) {
    if (cells <= CELLS_MAX) alignSpan(task, span);
    return [];
  }
  const spans: Span[] = [];
  let { from0, to0 } = span;
  for (const [from, to] of anchors) {
    task.matching[to] = from;
    spans.push({ from0, from1: from, to0, to1: to });
    from0 = from + 1;
    to0 = to + 1;
  }
  spans.push({ from0, from1: span.from1, to0, to1: span.to1 });
  return spans;
}

/** Elements that occur once on each side, as the longest chain that rises on both. */
function findAnchors(task: Task, span: Span): (readonly [number, number])[] {
  const inFrom = uniquePlaces(task.from, span.from0, span.from1);
  const inTo = uniquePlaces(task.to, span.to0, span.to1);
  const pairs: [number, number][] = [];
  for (const [element, to] of inTo) {
    const from = inFrom.get(element);
    // what is worth little says little about where it belongs
    if (to >= 0 && from !== undefined && from >= 0 && task.weigh(element) >= 2)
      pairs.push([from, to]);
  }
  pairs.sort((one, other) => one[1] - other[1]);
  return longestRise(pairs);
}

/** Element → its only index, or -1 where it occurs more than once. */
function uniquePlaces(list: readonly number[], start: number, end: number): Map<number, number> {
  const places = new Map<number, number>();
  for (let at = start; at < end; at += 1) {
    const element = list[at] ?? 0;
    places.set(element, places.has(element) ? -1 : at);
  }
  return places;
}

/** @param pairs rising in their second part. @returns the longest chain that rises in the first too. */
function longestRise(pairs: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const tails: number[] = [];
  const before = new Int32Array(pairs.length).fill(-1);
  pairs.forEach(([from], at) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[tails[middle] ?? 0]?.[0] ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    before[at] = low > 0 ? (tails[low - 1] ?? -1) : -1;
    tails[low] = at;
  });
  const chain: (readonly [number, number])[] = [];
  for (let at = tails.at(-1) ?? -1; at >= 0; at = before[at] ?? -1) {
    const pair = pairs[at];
    if (pair !== undefined) chain.push(pair);
  }
  return chain.toReversed();
}

/** What is known of a cell of the exact alignment, one bit each. */
const MATCHED = 1; // the two elements are equal
const IS_BEST = 2; // and matching them is as good as anything from here on
const GOES_ON = 4; // and so is matching the next two
const SKIPS_ROW = 8; // else the older text's element is the one to skip

interface Scores {
  /** Best score of what follows, by column; one more column at the end. */
  readonly best: Float64Array;
  /** The same if this row's element is matched with the column's; -1 where it cannot be. */
  readonly ending: Float64Array;
}

const emptyScores = (columns: number): Scores => ({
  best: new Float64Array(columns + 1),
  ending: new Float64Array(columns + 1).fill(-1),
});

/** The heaviest common subsequence of a span, with a bonus for runs. Two rows of scores and a byte for each cell. */
function alignSpan(task: Task, span: Span): void {
  const rows = span.from1 - span.from0;
  const to = task.to.slice(span.to0, span.to1);
  const flags = new Uint8Array(rows * to.length);
  const there = new Set(to);
  let [below, scores] = [emptyScores(to.length), emptyScores(to.length)];
  for (let row = rows - 1; row >= 0; row -= 1) {
    const element = task.from[span.from0 + row] ?? 0;
    const cells = flags.subarray(row * to.length, (row + 1) * to.length);
    if (there.has(element)) {
      scoreRow({ to, element, worth: task.weigh(element), cells }, below, scores);
      [below, scores] = [scores, below];
    } else {
      // without a match the row scores as the one below it
      cells.fill(SKIPS_ROW);
      below.ending.fill(-1);
    }
  }
  readAlignment(task, span, flags);
}

interface Row {
  readonly to: readonly number[];
  readonly element: number;
  readonly worth: number;
  readonly cells: Uint8Array;
}

function scoreRow(row: Row, below: Scores, scores: Scores): void {
  const { to, element, cells } = row;
  const { best, ending } = scores;
  let right = 0;
  for (let column = to.length - 1; column >= 0; column -= 1) {
    const down = below.best[column] ?? 0;
    right = Math.max(right, down);
    let cell = down === right ? SKIPS_ROW : 0;
    ending[column] = -1;
    if (to[column] === element) {
      cell += flagsOfMatch(row, below, column);
      const matched = row.worth + scoreAfter(row, below, column);
      ending[column] = matched;
      if (matched >= right) cell += IS_BEST;
      right = Math.max(right, matched);
    }
    cells[column] = cell;
    best[column] = right;
  }
}

/** What the run is worth that goes on after a match; -1 where none does. */
function runAfter({ worth }: Row, below: Scores, column: number): number {
  const after = below.ending[column + 1] ?? -1;
  return after < 0 ? -1 : after + RUN_BONUS * worth;
}

const scoreAfter = (row: Row, below: Scores, column: number): number =>
  Math.max(runAfter(row, below, column), below.best[column + 1] ?? 0);

const flagsOfMatch = (row: Row, below: Scores, column: number): number =>
  MATCHED + (runAfter(row, below, column) >= (below.best[column + 1] ?? 0) ? GOES_ON : 0);

function readAlignment(task: Task, span: Span, flags: Uint8Array): void {
  const columns = span.to1 - span.to0;
  const rows = span.from1 - span.from0;
  let row = 0;
  let column = 0;
  let isRun = false;
  while (row < rows && column < columns) {
    const cell = flags[row * columns + column] ?? 0;
    const isMatch: boolean = isMatched(cell, isRun);
    const skipsRow = (cell & SKIPS_ROW) !== 0;
    isRun = isMatch && (cell & GOES_ON) !== 0;
    if (isMatch) task.matching[span.to0 + column] = span.from0 + row;
    if (isMatch || skipsRow) row += 1;
    if (isMatch || !skipsRow) column += 1;
  }
}

/** A run under way goes on; else only what is as good as anything. */
const isMatched = (cell: number, isRun: boolean): boolean =>
  (cell & MATCHED) !== 0 && (isRun || (cell & IS_BEST) !== 0);
