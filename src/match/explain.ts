// New lines that may be old ones: moved, copied, pasted, put back. What stands alone must carry enough evidence by itself;
// a common run proves nothing (DECISIONS 28).
import { alignLines } from './align.ts';
import { cutLines, infoOf, type Lines } from './lines.ts';
import { elementAt } from './diff.ts';
import { classOf, TokenClass } from './tokens.ts';
import {
  aiInfo,
  carryLine,
  isAi,
  withoutLines,
  type Carry,
  type Draft,
  type SourceText,
} from './version.ts';

export interface ExplainOptions {
  /** Evidence that a run of lines needs. */
  readonly leastRun: number;
  /** Do words that the file uses anyway prove less? */
  readonly isRare?: boolean;
  /** Can each line of a source be found once only? */
  readonly isMove?: boolean;
  /** Are lines taken over whole or not at all? */
  readonly isWhole?: boolean;
}

/** Of a rejected proposal so much must be there before it counts. */
const REJECTED_SHARE = 0.8;
/** Sources taken in one go; each explains at least one run. */
const ROUNDS_MAX = 12;

/**
 * Fills open lines of the draft from the sources, the one that explains most first.
 *
 * @param listSources asked for only where a line with words is open: to make them costs more than anything else here.
 */
export function explainOpen(
  draft: Draft,
  listSources: () => readonly SourceText[],
  options: ExplainOptions,
): void {
  if (!hasOpen(draft)) return;
  const worthOf = weighWords(draft, options.isRare === true);
  const evidence = weighLines(draft, worthOf);
  let left = [...listSources()];
  for (let round = 0; round < ROUNDS_MAX && left.length > 0; round += 1) {
    const open = openLines(draft);
    const found = left
      .map((source) => findIn(source, draft, { open, evidence, worthOf, ...options }))
      .filter((candidate) => candidate.worth > 0);
    const best = found.reduce<Candidate | null>(
      (most, one) => (most === null || one.worth > most.worth ? one : most),
      null,
    );
    if (best === null) return;
    for (const { run } of best.runs) carryRun(draft, run, options.isWhole === true);
    const others = found
      .map((candidate) => candidate.source)
      .filter((source) => source !== best.source);
    left = options.isMove === true ? [...others, withoutMoved(best)] : others;
  }
}

/** What was moved to one place was not moved to another. */
function withoutMoved({ source, runs }: Candidate): SourceText {
  const moved = new Set<number>();
  for (const { run } of runs)
    for (const from of run.carry.alignment.tokenFrom)
      if (from >= 0) moved.add(elementAt(source.version.lines.text.lineOf, from));
  return { ...source, version: withoutLines(source.version, moved) };
}

interface Search extends ExplainOptions {
  readonly open: ReadonlySet<number>;
  readonly evidence: ReadonlyMap<number, number>;
  readonly worthOf: (word: number) => number;
}

interface LineRun {
  readonly firstLine: number;
  readonly lineCount: number;
}

/** What a word proves: of one that the rest of the text uses n times an n-th, of what the language asks for half. */
function weighWords(draft: Draft, isRare: boolean): (word: number) => number {
  const uses = new Map<number, number>();
  if (isRare)
    for (const [token, known] of draft.isKnown.entries()) {
      const word = elementAt(draft.version.lines.text.tokens, token);
      if (known === 1) uses.set(word, (uses.get(word) ?? 0) + 1);
    }
  const shareOf = (word: number): number =>
    isRare && classOf(word) === TokenClass.keyword ? 0.5 : 1;
  return (word) => (shareOf(word) * infoOf(word)) / (1 + (uses.get(word) ?? 0));
}

/** What each line proves by itself, by its id. */
function weighLines(draft: Draft, worthOf: (word: number) => number): ReadonlyMap<number, number> {
  const { lines } = draft.version;
  const evidence = new Map<number, number>();
  for (const [line, id] of lines.ids.entries()) {
    let worth = 0;
    for (let at = elementAt(lines.starts, line); at < elementAt(lines.starts, line + 1); at += 1)
      worth += worthOf(elementAt(lines.text.tokens, at));
    evidence.set(id, worth);
  }
  return evidence;
}

interface FoundRun {
  readonly carry: Carry;
  /** Line of the draft where the run starts. */
  readonly firstLine: number;
}

interface Candidate {
  readonly source: SourceText;
  readonly worth: number;
  readonly runs: readonly { readonly run: FoundRun; readonly worth: number }[];
}

/** Is there a line with words of which nothing is known? */
export function hasOpen(draft: Draft): boolean {
  const { info } = draft.version.lines;
  for (const line of openLines(draft)) if (elementAt(info, line) > 0) return true;
  return false;
}

/** Lines of which nothing is known yet, and those without anything. */
export function openLines(draft: Draft): Set<number> {
  const { starts, info, ids } = draft.version.lines;
  const open = new Set<number>();
  for (const line of ids.keys()) {
    const start = elementAt(starts, line);
    const end = elementAt(starts, line + 1);
    const isOpen =
      start === end || draft.isKnown.subarray(start, end).every((known) => known === 0);
    if (isOpen && (start === end || elementAt(info, line) > 0)) open.add(line);
  }
  return open;
}

const lineSets = new WeakMap<Lines, ReadonlySet<number>>();

function linesIn({ version }: SourceText): ReadonlySet<number> {
  const { lines } = version;
  const known = lineSets.get(lines) ?? new Set(lines.ids.filter((id) => id !== 0));
  lineSets.set(lines, known);
  return known;
}

/**
 * Could any alignment of the run reach `leastRun`? All of its lines that the source has, wherever they stand there, prove
 * no less than what an alignment keeps of them: of most sources this spares the alignment.
 */
function mayProve(source: SourceText, draft: Draft, search: Search & LineRun): boolean {
  const known = linesIn(source);
  const { ids } = draft.version.lines;
  let [proof, isShared] = [0, false];
  for (let at = search.firstLine; at < search.firstLine + search.lineCount; at += 1) {
    const id = elementAt(ids, at);
    if (!known.has(id)) continue;
    isShared = true;
    proof += search.evidence.get(id) ?? 0;
    // a sum in another order may differ in its last digits
    if (proof >= search.leastRun - 1e-6) return true;
  }
  return isShared && search.leastRun <= 0;
}

function findIn(source: SourceText, draft: Draft, search: Search): Candidate {
  const runs = runsOf(search.open)
    .map(([firstLine, lineCount]) => ({ ...search, firstLine, lineCount }))
    .filter((place) => mayProve(source, draft, place))
    .map((place) => findRun(source, draft, place))
    .filter((found) => found.worth > 0)
    .toSorted((one, other) => other.worth - one.worth)
    .slice(0, search.isMove === true ? 1 : Infinity);
  const worth = runs.reduce((sum, found) => sum + found.worth, 0);
  const isEnough = !source.isRejected || worth >= REJECTED_SHARE * aiInfo(source.version);
  return { source, runs, worth: isEnough ? worth : 0 };
}

/** Runs of consecutive lines as [first, count]. */
export function runsOf(open: ReadonlySet<number>): (readonly [number, number])[] {
  const runs: (readonly [number, number])[] = [];
  for (const line of open) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === line)
      runs.splice(-1, 1, [last[0], last[1] + 1]);
    else runs.push([line, 1]);
  }
  return runs;
}

function findRun(
  source: SourceText,
  draft: Draft,
  search: Search & LineRun,
): { readonly worth: number; readonly run: FoundRun } {
  const lines = sliceLines(draft.version.lines, search.firstLine, search.lineCount);
  const { leastRun, worthOf } = search;
  const alignment = alignLines(source.version.lines, lines, { leastRun, worthOf, isForeign: true });
  const survivors = new Uint8Array(source.version.authors.length);
  for (const from of alignment.tokenFrom) if (from >= 0) survivors[from] = 1;
  const part = { lines, authors: new Int32Array(0), cuts: new Uint8Array(0) };
  const carry = {
    before: source.version,
    draft: { ...draft, version: part },
    alignment,
    survivors,
  };
  let worth = 0;
  alignment.lineFrom.forEach((from, line) => {
    // what an AI wrote explains as much as what it did not: the better match wins, AI only where nothing else is as good
    if (from >= 0) worth += elementAt(lines.info, line) * (isAiLine(source, from) ? 1 : 1.001);
  });
  return { worth, run: { carry, firstLine: search.firstLine } };
}

function isAiLine({ version }: SourceText, line: number): boolean {
  const { starts } = version.lines;
  return version.authors.subarray(elementAt(starts, line), elementAt(starts, line + 1)).some(isAi);
}

function sliceLines(lines: Lines, firstLine: number, lineCount: number): Lines {
  const start = elementAt(lines.starts, firstLine);
  const end = elementAt(lines.starts, firstLine + lineCount);
  return cutLines({
    tokens: lines.text.tokens.slice(start, end),
    lineOf: lines.text.lineOf.slice(start, end).map((line) => line - firstLine),
    lineCount,
  });
}

/** Carries a run found in a slice over into the draft that the slice was cut from. */
function carryRun(draft: Draft, { carry, firstLine }: FoundRun, isWhole: boolean): void {
  const { lines } = draft.version;
  const count = carry.draft.version.lines.ids.length;
  const shift = elementAt(lines.starts, firstLine);
  const tokenFrom = new Int32Array(lines.text.tokens.length).fill(-1);
  tokenFrom.set(carry.alignment.tokenFrom, shift);
  const lineFrom = new Int32Array(lines.ids.length).fill(-1);
  lineFrom.set(carry.alignment.lineFrom, firstLine);
  const whole = { ...carry, draft, alignment: { tokenFrom, lineFrom } };
  for (let line = firstLine; line < firstLine + count; line += 1) carryLine(whole, line, isWhole);
}
