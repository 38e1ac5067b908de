// Whether a line is an edit of another: enough of its words come from there, in runs, or from the line in its place.
import { elementAt } from './diff.ts';
import { infoOf, type Lines } from './lines.ts';

/** Two texts whose tokens have been matched. */
export interface Work {
  readonly from: Lines;
  readonly to: Lines;
  readonly tokenFrom: Int32Array;
}

/**
 * Does enough of a line come from the lines that its tokens were matched with?
 *
 * @param inPlaceOf the older line that stood in its place, -1 where that cannot be said.
 */
export function isRelated(work: Work, line: number, inPlaceOf: number): boolean {
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
