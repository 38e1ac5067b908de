// From tokens back to lines: all an AI's → ai, a part → mixed, none → unrecorded. Lines without words take their block's.
import type { Evidence, LineOrigin } from '../model/origin.ts';
import { infoOf } from './lines.ts';
import type { AuthorTable } from './authors.ts';
import { elementAt } from './diff.ts';
import { isStrong } from './tokens.ts';
import { isAi, type Version } from './version.ts';

const UNRECORDED: LineOrigin = { kind: 'unrecorded' };

export interface FoldFacts {
  readonly version: Version;
  readonly table: AuthorTable;
  /** The lines as they are, for telling exact from reformatted. */
  readonly rawLines: readonly string[];
  /** Has a model written this line, without its ending, just so? */
  readonly isEmitted: (line: string) => boolean;
  /** Lines, 1-based, that the commit added: a line without words belongs with those it came with. */
  readonly added: ReadonlySet<number>;
  /** Lines, 0-based, that were never seen before: typed since. */
  readonly isNew: (line: number) => boolean;
}

/** @returns one origin per line of the version. */
export function foldLines(facts: FoldFacts): LineOrigin[] {
  const own = facts.version.lines.ids.map((_id, line) => foldLine(facts, line));
  const reach = measureReach(own, facts.isNew);
  return own.map((folded, line) =>
    folded.isTelling
      ? folded.origin
      : (ofEnclosing(own, reach, line) ?? ofBlock(own, facts.added, line)),
  );
}

/** By line, 0-based: how far things go from there. Measured at once: a file of new lines would cost its square. */
interface Reach {
  /** The nearest line up to this one that was there before; -1: none. */
  readonly known: Int32Array;
  /** The nearest line up to this one with words; -1: none. */
  readonly above: Int32Array;
  /** The nearest line from this one on that was there before or has words; the number of lines: none. */
  readonly below: Int32Array;
}

function measureReach(own: readonly Folded[], isNew: (line: number) => boolean): Reach {
  const isFresh = own.map((_, line) => isNew(line));
  const isTelling = (line: number): boolean => own[line]?.isTelling ?? true;
  const lines = [...own.keys()];
  return {
    known: nearest(lines, -1, (line) => isFresh[line] === false),
    above: nearest(lines, -1, isTelling),
    below: nearest(
      lines.toReversed(),
      own.length,
      (line) => isFresh[line] === false || isTelling(line),
    ),
  };
}

/** @returns by line the last one so far, in the order given, for which it holds; else `none`. */
function nearest(
  lines: readonly number[],
  none: number,
  holds: (line: number) => boolean,
): Int32Array {
  const found = new Int32Array(lines.length);
  let last = none;
  for (const line of lines) {
    if (holds(line)) last = line;
    found[line] = last;
  }
  return found;
}

interface Folded {
  readonly origin: LineOrigin;
  /** Has the line a word or sign of its own? */
  readonly isTelling: boolean;
  readonly isBlank: boolean;
}

function foldLine(facts: FoldFacts, line: number): Folded {
  const { lines, cuts } = facts.version;
  const start = elementAt(lines.starts, line);
  const end = elementAt(lines.starts, line + 1);
  const isTelling = lines.text.tokens.slice(start, end).some(isStrong);
  const shares = shareOut(facts.version, { start, end, isTelling });
  const main = mainAuthor(shares.byAuthor);
  const author = main === null ? null : facts.table.authorOf(main);
  if (author === null) return { origin: UNRECORDED, isTelling, isBlank: start === end };
  const isWhole = shares.others === 0 && !cuts.subarray(start, end).some((cut) => cut === 1);
  const kind = isWhole ? 'ai' : 'mixed';
  const evidence = isWhole ? evidenceOf(facts, author.evidence, line) : editedOr(author.evidence);
  return { origin: { kind, source: author.source, evidence }, isTelling, isBlank: start === end };
}

const editedOr = (evidence: Evidence): Evidence => (evidence === 'carried' ? 'carried' : 'edited');

interface Shares {
  readonly byAuthor: ReadonlyMap<number, number>;
  /** Worth of the tokens that nobody recorded. */
  readonly others: number;
}

function shareOut(
  { lines, authors }: Version,
  range: { readonly start: number; readonly end: number; readonly isTelling: boolean },
): Shares {
  const byAuthor = new Map<number, number>();
  let others = 0;
  for (let token = range.start; token < range.end; token += 1) {
    const value = elementAt(lines.text.tokens, token);
    if (range.isTelling && !isStrong(value)) continue;
    const author = elementAt(authors, token);
    if (isAi(author)) byAuthor.set(author, (byAuthor.get(author) ?? 0) + infoOf(value));
    else others += infoOf(value);
  }
  return { byAuthor, others };
}

function mainAuthor(byAuthor: ReadonlyMap<number, number>): number | null {
  let main: number | null = null;
  let most = 0;
  for (const [author, worth] of byAuthor) if (worth > most) [main, most] = [author, worth];
  return main;
}

function evidenceOf(facts: FoldFacts, evidence: Evidence, line: number): Evidence {
  if (evidence !== 'exact') return evidence;
  const raw = (facts.rawLines[line] ?? '').replace(/\r$/, '');
  return facts.isEmitted(raw) ? 'exact' : 'reformatted';
}

/**
 * Between two lines of an AI's block it is the block's; at its edge what it says itself, if it says anything. The lines
 * that were added with it decide, those around only where there are none.
 */
function ofBlock(own: readonly Folded[], added: ReadonlySet<number>, line: number): LineOrigin {
  const inHunk = nearTelling(own, line, (at) => added.has(at + 1));
  const near = inHunk.length > 0 ? inHunk : nearTelling(own, line, () => true);
  return judgeBlock(own[line], near);
}

/** @param near what the neighbours say, above first; empty where there are none. */
function judgeBlock(self: Folded | undefined, near: readonly LineOrigin[]): LineOrigin {
  const block = blockOf(near);
  if (self === undefined || !saysItself(self)) return block;
  // between lines of one session a bracket is of that session too, whoever's bracket it was taken for
  const sessions = new Set(near.map(sessionOf));
  if (isRecorded(block) && sessions.size === 1 && !sessions.has(sessionOf(self.origin)))
    return block;
  return near.length === 0 || near.some(isRecorded) ? self.origin : UNRECORDED;
}

/** All neighbours are an AI's, or the block is nobody's. */
function blockOf(near: readonly LineOrigin[]): LineOrigin {
  const [above = UNRECORDED, below = above] = near;
  return near.every(isRecorded) ? asBlock(above, below) : UNRECORDED;
}

const sessionOf = (origin: LineOrigin): string | null =>
  origin.kind === 'unrecorded' ? null : origin.source.session;

/** A bracket of an AI's; a person's bracket inside an AI's block is the block's. */
const saysItself = (folded: Folded): boolean => !folded.isBlank && isRecorded(folded.origin);

/**
 * Where a person's new lines stand inside an AI's block, the brackets and blanks at their end may as well be those that
 * the block had there before: they stay the block's.
 *
 * @returns null where the line is no such line.
 */
function ofEnclosing(own: readonly Folded[], reach: Reach, line: number): LineOrigin | null {
  const below = elementAt(reach.below, line);
  const start = elementAt(reach.known, line);
  const [first, last] = [start < 0 ? undefined : own[elementAt(reach.above, start)], own[below]];
  if (below === line || first === undefined || last === undefined) return null;
  return isRecorded(first.origin) && isRecorded(last.origin) ? last.origin : null;
}

const isRecorded = (origin: LineOrigin): boolean => origin.kind !== 'unrecorded';

/** The nearest telling lines above and below, as far as `isWithin` holds; a side that ends first has none. */
function nearTelling(
  own: readonly Folded[],
  line: number,
  isWithin: (line: number) => boolean,
): LineOrigin[] {
  const near: LineOrigin[] = [];
  for (const step of [-1, 1]) {
    let at = line + step;
    while (isWithin(at) && own[at]?.isTelling === false) at += step;
    const found = isWithin(at) ? own[at] : undefined;
    if (found !== undefined) near.push(found.origin);
  }
  return near;
}

/** A line without words cannot be half an AI's. */
function asBlock(above: LineOrigin, below: LineOrigin): LineOrigin {
  if (above.kind === 'mixed' && below.kind === 'mixed') return above;
  if (above.kind === 'ai') return above;
  return below;
}
