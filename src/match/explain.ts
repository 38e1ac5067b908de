// New lines that may be old ones: moved, copied, pasted, put back. What stands alone must carry enough evidence by itself;
// a common run proves nothing (DECISIONS 28).
import { alignLines, cutLines, type Lines } from './align.ts';
import { elementAt } from './diff.ts';
import { aiInfo, carryLine, isAi, type Carry, type Draft, type SourceText } from './version.ts';

export interface ExplainOptions {
  /** Evidence that a run of lines needs. */
  readonly leastRun: number;
}

/** Of a rejected proposal so much must be there before it counts. */
const REJECTED_SHARE = 0.8;
/** Sources taken in one go; each explains at least one run. */
const ROUNDS_MAX = 12;

/** Fills open lines of the draft from the sources, the one that explains most first. */
export function explainOpen(
  draft: Draft,
  sources: readonly SourceText[],
  options: ExplainOptions,
): void {
  let left = [...sources];
  for (let round = 0; round < ROUNDS_MAX && left.length > 0; round += 1) {
    const open = openLines(draft);
    if (open.size === 0) return;
    const found = left
      .filter((source) => sharesLine(source, draft, open))
      .map((source) => findIn(source, draft, { open, ...options }))
      .filter((candidate) => candidate.worth > 0);
    const best = found.reduce<Candidate | null>(
      (most, one) => (most === null || one.worth > most.worth ? one : most),
      null,
    );
    if (best === null) return;
    for (const carry of best.carries) carryRun(draft, carry);
    left = found.map((candidate) => candidate.source).filter((source) => source !== best.source);
  }
}

interface Search extends ExplainOptions {
  readonly open: ReadonlySet<number>;
}

interface FoundRun {
  readonly carry: Carry;
  /** Line of the draft where the run starts. */
  readonly firstLine: number;
}

interface Candidate {
  readonly source: SourceText;
  readonly worth: number;
  readonly carries: readonly FoundRun[];
}

/** Lines with text of which nothing is known yet. */
function openLines(draft: Draft): Set<number> {
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

function sharesLine(source: SourceText, draft: Draft, open: ReadonlySet<number>): boolean {
  const { lines } = source.version;
  const known = lineSets.get(lines) ?? new Set(lines.ids.filter((id) => id !== 0));
  lineSets.set(lines, known);
  for (const line of open) if (known.has(elementAt(draft.version.lines.ids, line))) return true;
  return false;
}

function findIn(source: SourceText, draft: Draft, search: Search): Candidate {
  const carries: FoundRun[] = [];
  let worth = 0;
  for (const [firstLine, lineCount] of runsOf(search.open)) {
    const found = findRun(source, draft, { ...search, firstLine, lineCount });
    if (found.worth === 0) continue;
    worth += found.worth;
    carries.push(found.run);
  }
  const isEnough = !source.isRejected || worth >= REJECTED_SHARE * aiInfo(source.version);
  return { source, carries, worth: isEnough ? worth : 0 };
}

/** Runs of consecutive lines as [first, count]. */
function runsOf(open: ReadonlySet<number>): (readonly [number, number])[] {
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
  search: Search & { readonly firstLine: number; readonly lineCount: number },
): { readonly worth: number; readonly run: FoundRun } {
  const lines = sliceLines(draft.version.lines, search.firstLine, search.lineCount);
  const { leastRun } = search;
  const alignment = alignLines(source.version.lines, lines, { leastRun, isForeign: true });
  const survivors = new Uint8Array(source.version.authors.length);
  for (const from of alignment.tokenFrom) if (from >= 0) survivors[from] = 1;
  const part = { lines, authors: new Int32Array(0), cuts: new Uint8Array(0) };
  const carry = {
    before: source.version,
    draft: { version: part, isKnown: new Uint8Array(0) },
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
function carryRun(draft: Draft, { carry, firstLine }: FoundRun): void {
  const { lines } = draft.version;
  const count = carry.draft.version.lines.ids.length;
  const shift = elementAt(lines.starts, firstLine);
  const tokenFrom = new Int32Array(lines.text.tokens.length).fill(-1);
  tokenFrom.set(carry.alignment.tokenFrom, shift);
  const whole = { ...carry, draft, alignment: { ...carry.alignment, tokenFrom } };
  for (let line = firstLine; line < firstLine + count; line += 1) carryLine(whole, line, false);
}
