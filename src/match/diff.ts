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

interface Scores {
  /** Best score of what follows (row, column). */
  readonly best: Float64Array;
  /** Best score of what follows if (row, column) is matched; -1 where it cannot be. */
  readonly ending: Float64Array;
  readonly width: number;
}

/** The heaviest common subsequence of a span, with a bonus for runs. */
function alignSpan(task: Task, span: Span): void {
  const rows = span.from1 - span.from0;
  const width = span.to1 - span.to0 + 1;
  const cells = (rows + 1) * width;
  const scores = {
    best: new Float64Array(cells),
    ending: new Float64Array(cells).fill(-1),
    width,
  };
  for (let row = rows - 1; row >= 0; row -= 1) scoreRow(task, { ...span, row }, scores);
  readAlignment(task, span, scores);
}

function scoreRow(task: Task, span: Span & { readonly row: number }, scores: Scores): void {
  const { best, ending, width } = scores;
  const element = elementAt(task.from, span.from0 + span.row);
  const worth = task.weigh(element);
  for (let column = width - 2; column >= 0; column -= 1) {
    const at = span.row * width + column;
    const skipped = Math.max(elementAt(best, at + width), elementAt(best, at + 1));
    best[at] = skipped;
    if (task.to[span.to0 + column] !== element) continue;
    const matched = worth + afterMatch(scores, at + width + 1, worth);
    ending[at] = matched;
    if (matched > skipped) best[at] = matched;
  }
}

/** The best that can follow a match: going on at once is worth more. */
const afterMatch = ({ best, ending }: Scores, next: number, worth: number): number =>
  Math.max(goingOn(ending, next, worth), elementAt(best, next));

const goingOn = (ending: Float64Array, next: number, worth: number): number =>
  elementAt(ending, next) < 0 ? -1 : elementAt(ending, next) + RUN_BONUS * worth;

function readAlignment(task: Task, span: Span, scores: Scores): void {
  const { best, ending, width } = scores;
  const rows = span.from1 - span.from0;
  let row = 0;
  let column = 0;
  let isRun = false;
  while (row < rows && column < width - 1) {
    const at = row * width + column;
    const isMatch =
      elementAt(ending, at) >= 0 && (isRun || elementAt(ending, at) >= elementAt(best, at));
    isRun = false;
    if (isMatch) {
      task.matching[span.to0 + column] = span.from0 + row;
      const worth = task.weigh(elementAt(task.from, span.from0 + row));
      isRun = goingOn(ending, at + width + 1, worth) >= elementAt(best, at + width + 1);
      row += 1;
      column += 1;
    } else if (elementAt(best, at + width) >= elementAt(best, at + 1)) row += 1;
    else column += 1;
  }
}
