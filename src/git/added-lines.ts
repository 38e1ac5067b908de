// Which lines of which blobs a commit added, for many pairs of trees in one process. Blobs are named by id, so that no
// quoting of paths can hide one.
import type { LineRange } from '../model/origin.ts';
import type { Repository } from './open-repository.ts';
import { runGit } from './run-git.ts';

const BATCH = 1024;

export interface TreePair {
  /** Tree of the parent; the empty tree's id for a root commit. */
  readonly before: string;
  readonly after: string;
}

export type DiffAlgorithm = 'myers' | 'histogram' | 'patience' | 'minimal';

/** Ranges by blob id, in file order; a blob that stands at several paths has those of all. */
export type AddedLines = ReadonlyMap<string, readonly LineRange[]>;

const OPTIONS = [
  '-p',
  '-r',
  '-U0',
  '--inter-hunk-context=0',
  '--full-index',
  '--no-renames',
  '--no-relative',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--text',
  '--ignore-submodules=none',
  '--submodule=short',
] as const;

const HUNK = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const LF = 10;

/** By a line's first character: of which side of the hunk it is. `\ No newline at end of file` is of neither. */
const COUNTS: Readonly<Record<number, { readonly before: number; readonly after: number }>> = {
  [' '.charCodeAt(0)]: { before: 1, after: 1 },
  ['-'.charCodeAt(0)]: { before: 1, after: 0 },
  ['+'.charCodeAt(0)]: { before: 0, after: 1 },
};
const NEITHER = { before: 0, after: 0 };

export const emptyTree = (format: 'sha1' | 'sha256'): string =>
  format === 'sha1'
    ? '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
    : '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321';

/** @returns one map per pair, in the order of the pairs. */
export async function readAddedLines(
  repository: Repository,
  pairs: readonly TreePair[],
  algorithm: DiffAlgorithm,
): Promise<readonly AddedLines[]> {
  const found: AddedLines[] = [];
  for (let first = 0; first < pairs.length; first += BATCH) {
    const some = pairs.slice(first, first + BATCH);
    const stdin = some.map(({ before, after }) => `${before} ${after}\n`).join('');
    const args = ['diff-tree', '--stdin', ...OPTIONS, `--diff-algorithm=${algorithm}`];
    const answer = await runGit(repository.caller, args, { stdin });
    found.push(...parseSections(answer.stdout, some));
  }
  return found;
}

/** git writes `<before> SP <after>` before each pair's patch. */
function parseSections(output: Buffer, pairs: readonly TreePair[]): readonly AddedLines[] {
  const maps = pairs.map(() => new Map<string, LineRange[]>());
  let pair = -1;
  parsePatch(output, (line) => {
    const next = pairs[pair + 1];
    if (next === undefined || line !== `${next.before} ${next.after}`) return null;
    pair += 1;
    return maps[pair] ?? null;
  });
  return maps;
}

/**
 * What a patch of many commits adds, whatever its number of context lines.
 *
 * @param output git writes each commit's id before its part. @param commits those that were asked for. @returns by commit.
 */
export function parseAddedLines(
  output: Buffer,
  commits: ReadonlySet<string>,
): ReadonlyMap<string, AddedLines> {
  const found = new Map<string, Map<string, LineRange[]>>();
  parsePatch(output, (line) => {
    if (!commits.has(line)) return null;
    const map = new Map<string, LineRange[]>();
    found.set(line, map);
    return map;
  });
  return found;
}

/** @param open answers for the line before a part where its ranges go, null for any other line. */
function parsePatch(output: Buffer, open: (line: string) => Map<string, LineRange[]> | null): void {
  let map: Map<string, LineRange[]> | undefined;
  let ranges: LineRange[] = [];
  let at = 0;
  while (at < output.length) {
    const end = lineEnd(output, at);
    const line = output.toString('latin1', at, Math.min(end, at + 200));
    at = end + 1;
    if (line.startsWith('index ')) ranges = rangesOf(map, line);
    else if (line.startsWith('@@ ')) at = takeHunk({ output, at }, line, ranges);
    else map = open(line) ?? map;
  }
}

function rangesOf(map: Map<string, LineRange[]> | undefined, line: string): LineRange[] {
  const blob = /^index [0-9a-f]+\.\.([0-9a-f]+)/.exec(line)?.[1] ?? '';
  const ranges = map?.get(blob) ?? [];
  map?.set(blob, ranges);
  return ranges;
}

/** Lines are counted as the header says: content that looks like a header is content. @returns where the hunk ends. */
function takeHunk(
  place: { readonly output: Buffer; readonly at: number },
  header: string,
  ranges: LineRange[],
): number {
  const [, removed = '1', firstLine = '1', added = '1'] = HUNK.exec(header) ?? [];
  const { output } = place;
  let { at } = place;
  let left = Number(removed) + Number(added);
  let from = Number(firstLine);
  let line = from;
  while (left > 0 && at < output.length) {
    const mark = output[at] ?? 0;
    at = lineEnd(output, at) + 1;
    const { before, after } = COUNTS[mark] ?? NEITHER;
    left -= before + after;
    line += after;
    if (before === 0) continue;
    // a line that was there before ends the run
    takeRun(ranges, from, line - after);
    from = line;
  }
  takeRun(ranges, from, line);
  return at;
}

/** @param end behind its last line. */
function takeRun(ranges: LineRange[], firstLine: number, end: number): void {
  if (end > firstLine) ranges.push({ firstLine, lineCount: end - firstLine });
}

function lineEnd(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(LF, from);
  return end < 0 ? bytes.length : end;
}
