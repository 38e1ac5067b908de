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
const BACKSLASH = 92;

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
  let ranges: LineRange[] = [];
  let at = 0;
  while (at < output.length) {
    const end = lineEnd(output, at);
    const line = output.toString('latin1', at, Math.min(end, at + 200));
    const next = pairs[pair + 1];
    at = end + 1;
    if (next !== undefined && line === `${next.before} ${next.after}`) pair += 1;
    else if (line.startsWith('index ')) ranges = rangesOf(maps[pair], line);
    else if (line.startsWith('@@ ')) at = takeHunk({ output, at }, line, ranges);
  }
  return maps;
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
  for (let left = Number(removed) + Number(added); left > 0; left -= 1) {
    if (output[at] === BACKSLASH) at = lineEnd(output, at) + 1; // "\ No newline at end of file"
    at = lineEnd(output, at) + 1;
  }
  if (Number(added) > 0) ranges.push({ firstLine: Number(firstLine), lineCount: Number(added) });
  return at;
}

function lineEnd(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(LF, from);
  return end < 0 ? bytes.length : end;
}
