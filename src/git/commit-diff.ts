// Which lines a commit added, file by file, as git blame sees it: against one parent, whole-file renames followed.
import type { Repository } from './open-repository.ts';
import { runGit } from './run-git.ts';
import type { Caller } from '../model/caller.ts';
import type { LineRange } from '../model/origin.ts';

export interface ChangedFile {
  readonly path: string;
  /** The name before; the same unless renamed or copied. */
  readonly oldPath: string;
  readonly status: 'A' | 'M' | 'R' | 'C' | 'T' | 'D';
  /** Of the new content; null where deleted or no regular file. */
  readonly blob: string | null;
  readonly oldBlob: string | null;
  readonly hunks: readonly DiffHunk[];
}

export interface DiffHunk {
  readonly removed: LineRange;
  readonly added: LineRange;
}

const DIFF_OPTIONS = [
  '--raw',
  '-z',
  '-p',
  '-U0',
  '--inter-hunk-context=0',
  '--full-index',
  '-M',
  '--no-relative',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--ignore-submodules=all',
] as const;

/** Git's commands take paths relative to where they run: this runs them at the top. */
export const atTop = (repository: Repository): Caller => ({
  ...repository.caller,
  cwd: repository.worktree ?? repository.gitDir,
});

/** @param from a tree-ish, null for the empty tree. @param to a tree-ish, null for the working tree. */
export async function diffCommits(
  repository: Repository,
  { from, to }: { readonly from: string | null; readonly to: string | null },
): Promise<readonly ChangedFile[]> {
  const base = from ?? (await emptyTree(repository));
  const command = to === null ? ['diff-index'] : ['diff-tree', '-r'];
  const answer = await runGit(atTop(repository), [
    ...command,
    ...DIFF_OPTIONS,
    base,
    ...(to === null ? [] : [to]),
    '--',
  ]);
  return parseDiff(answer.stdout);
}

const emptyTree = async (repository: Repository): Promise<string> =>
  (await runGit(atTop(repository), ['hash-object', '-t', 'tree', '--stdin'])).stdout
    .toString()
    .trim();

interface Entry extends Omit<ChangedFile, 'hunks'> {
  /** git prints a section of the patch for it. */
  readonly sections: number;
}

function parseDiff(output: Buffer): readonly ChangedFile[] {
  const { entries, patchStart } = parseEntries(output);
  const sections = parseSections(output, patchStart);
  let next = 0;
  return entries.map(({ sections: count, ...entry }) => {
    const own = sections.slice(next, next + count);
    next += count;
    return { ...entry, hunks: own.flat() };
  });
}

const RAW = /^:(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) ([AMRCTD])/;
const isStatus = (word: string): word is ChangedFile['status'] => /^[AMRCTD]$/.test(word);
const isFile = (mode: string): boolean => mode.startsWith('100');

/** `:mode mode oid oid S NUL path NUL [path NUL]`, an empty entry, then the patch. */
function parseEntries(output: Buffer): { entries: Entry[]; patchStart: number } {
  const entries: Entry[] = [];
  let at = 0;
  const field = (): string => {
    const found = output.indexOf(0, at);
    const end = found < 0 ? output.length : found;
    const text = output.toString('utf8', at, end);
    at = end + 1;
    return text;
  };
  while (output[at] === 0x3a) {
    const facts = RAW.exec(field()) ?? [];
    const oldPath = field();
    const path = /[RC]/.test(facts[5] ?? '') ? field() : oldPath;
    const entry = makeEntry(facts, path, oldPath);
    if (entry !== null) entries.push(entry);
  }
  return { entries, patchStart: at + 1 };
}

function makeEntry(facts: readonly string[], path: string, oldPath: string): Entry | null {
  const [, oldMode = '', mode = '', oldBlob = '', blob = '', status = ''] = facts;
  if (!isStatus(status)) return null;
  return {
    path,
    oldPath,
    status,
    blob: isFile(mode) ? blob : null,
    oldBlob: isFile(oldMode) ? oldBlob : null,
    sections: status === 'T' ? 2 : 1,
  };
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const SECTION = Buffer.from('diff --git ');

/** Hunks per section. Content lines are skipped by count: content that looks like a header is content. */
function parseSections(patch: Buffer, start: number): DiffHunk[][] {
  const sections: DiffHunk[][] = [];
  let at = start;
  const nextLine = (): number => {
    const end = patch.indexOf(10, at);
    return end < 0 ? patch.length : end + 1;
  };
  while (at < patch.length) {
    const lineStart = at;
    at = nextLine();
    if (patch.subarray(lineStart, lineStart + SECTION.length).equals(SECTION)) sections.push([]);
    const hunk = HUNK.exec(patch.toString('latin1', lineStart, Math.min(at, lineStart + 80)));
    if (hunk === null) continue;
    const [, oldLine = '0', removed = '1', newLine = '0', added = '1'] = hunk;
    sections.at(-1)?.push({
      removed: { firstLine: Number(oldLine), lineCount: Number(removed) },
      added: { firstLine: Number(newLine), lineCount: Number(added) },
    });
    for (let left = Number(removed) + Number(added); left > 0; left -= 1) at = nextLine();
  }
  return sections;
}
