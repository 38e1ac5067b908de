// Aligns two versions of a file: equal lines first, then the tokens between them, so that a line that was edited, split
// or joined still finds where it came from, and an unrelated line does not.
import { dropCoincidences, EDITED_LINES_MAX, slideDown, type AlignOptions } from './coincidence.ts';
import { matchSequences, type Matching } from './diff.ts';
import { infoOf, type Lines } from './lines.ts';
import { isRelated, type Work } from './related.ts';
import { relateRenamed, type Place } from './renamed.ts';

/** For each token of the newer text the token of the older one that it came from, or -1. */
export interface Alignment {
  readonly tokenFrom: Int32Array;
  /** For each line of the newer text the equal line of the older one, or -1. */
  readonly lineFrom: Matching;
}

export function alignLines(from: Lines, to: Lines, options: AlignOptions): Alignment {
  if (!isPlain(options)) return alignTokens({ from, to }, pairLines(from, to, options), options);
  return kept(alignments, { from, to, leastRun: options.leastRun }, () =>
    alignTokens({ from, to }, matchLines(from, to, options.leastRun), options),
  );
}

/** The equal lines alone, without what it costs to look between them. */
export function matchLines(from: Lines, to: Lines, leastRun: number): Matching {
  return kept(matchings, { from, to, leastRun }, () => {
    if (leastRun === 0) return pairLines(from, to, { leastRun });
    const lineFrom = matchLines(from, to, 0).slice();
    dropCoincidences(from, lineFrom, { leastRun });
    return lineFrom;
  });
}

const isPlain = ({ isForeign, worthOf }: AlignOptions): boolean =>
  isForeign !== true && worthOf === undefined;

interface Pair {
  readonly from: Lines;
  readonly to: Lines;
  readonly leastRun: number;
}

/** Newer text → older text → least run: a step and what it lost are asked of the same two, one after the other. */
type Kept<T> = WeakMap<Lines, WeakMap<Lines, Map<number, T>>>;

const alignments: Kept<Alignment> = new WeakMap();
const matchings: Kept<Matching> = new WeakMap();

function kept<T>(all: Kept<T>, { from, to, leastRun }: Pair, make: () => T): T {
  const sources = all.get(to) ?? new WeakMap<Lines, Map<number, T>>();
  const known = sources.get(from) ?? new Map<number, T>();
  all.set(to, sources.set(from, known));
  const made = known.get(leastRun) ?? make();
  known.set(leastRun, made);
  return made;
}

function pairLines(from: Lines, to: Lines, options: AlignOptions): Matching {
  const worth = new Map<number, number>();
  to.ids.forEach((id, line) => worth.set(id, (to.info[line] ?? 0) + 0.05));
  const lineFrom = matchSequences(from.ids, to.ids, (id) => worth.get(id) ?? 0.05);
  slideDown(to.ids, lineFrom);
  if (options.leastRun > 0) dropCoincidences(from, lineFrom, options);
  return lineFrom;
}

function alignTokens(
  { from, to }: Pick<Pair, 'from' | 'to'>,
  lineFrom: Matching,
  options: AlignOptions,
): Alignment {
  const tokenFrom = new Int32Array(to.text.tokens.length).fill(-1);
  lineFrom.forEach((fromLine, line) => {
    if (fromLine >= 0)
      copyLine(
        tokenFrom,
        [from.starts[fromLine] ?? 0, to.starts[line] ?? 0],
        to.starts[line + 1] ?? 0,
      );
  });
  const gaps = gapsOf(lineFrom, from.ids.length);
  for (const gap of gaps) {
    const near = options.isForeign === true ? clipGap(gap, lineFrom.length, from.ids.length) : gap;
    if (near !== null) alignGap({ from, to, tokenFrom }, near);
  }
  if (options.isForeign !== true) relateRenamed({ from, to, tokenFrom }, gaps.flatMap(placesIn));
  return { tokenFrom, lineFrom };
}

function copyLine(tokenFrom: Int32Array, [from, to]: readonly [number, number], end: number): void {
  for (let token = to; token < end; token += 1) tokenFrom[token] = from + token - to;
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

const isInPlace = (gap: Gap): boolean => gap.from1 - gap.from0 === gap.to1 - gap.to0;

const placesIn = (gap: Gap): readonly Place[] =>
  isInPlace(gap)
    ? Array.from({ length: gap.to1 - gap.to0 }, (_none, at) => ({
        from: gap.from0 + at,
        to: gap.to0 + at,
      }))
    : [];

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
  for (let line = gap.to0; line < gap.to1; line += 1) {
    const inPlaceOf = isInPlace(gap) ? gap.from0 + line - gap.to0 : -1;
    if (!isRelated({ from, to, tokenFrom }, line, inPlaceOf))
      tokenFrom.fill(-1, to.starts[line], to.starts[line + 1]);
  }
}
