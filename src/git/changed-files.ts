// What a commit, or the index, adds: path, blob and the added lines of each file.
import type { LineRange } from '../model/origin.ts';
import { emptyTree, readAddedLines } from './added-lines.ts';
import type { Repository } from './open-repository.ts';
import { gitText, runGit } from './run-git.ts';

export interface ChangedFile {
  /** Relative to the repository's root, forward slashes. */
  readonly path: string;
  readonly blob: string;
  /** In file order. */
  readonly added: readonly LineRange[];
}

/** Regular files and symbolic links; a submodule's entry is no content. */
const CONTENT_MODES = /^(?:100|120)/;

/** What the index holds beyond HEAD. @throws Fault GIT_FAILED while paths are unmerged. */
export async function readStagedFiles(repository: Repository): Promise<readonly ChangedFile[]> {
  const { caller, objectFormat } = repository;
  const head = await runGit(caller, ['rev-parse', '--verify', '--quiet', 'HEAD^{tree}'], {
    okExits: [0, 1, 128],
  });
  const before = head.exit === 0 ? head.stdout.toString('utf8').trim() : emptyTree(objectFormat);
  const after = await gitText(caller, ['write-tree']);
  return readChangedFiles(repository, [before], after);
}

/** What a commit adds: lines that none of its parents has. */
export async function readCommitFiles(
  repository: Repository,
  commit: string,
): Promise<readonly ChangedFile[]> {
  const line = await gitText(repository.caller, ['rev-list', '--parents', '-n', '1', commit, '--']);
  const [id = commit, ...parents] = line.split(' ');
  const before =
    parents.length === 0
      ? [emptyTree(repository.objectFormat)]
      : parents.map((parent) => `${parent}^{tree}`);
  const trees = await Promise.all(
    before.map((name) => gitText(repository.caller, ['rev-parse', name])),
  );
  const after = await gitText(repository.caller, ['rev-parse', `${id}^{tree}`]);
  return readChangedFiles(repository, trees, after);
}

async function readChangedFiles(
  repository: Repository,
  before: readonly string[],
  after: string,
): Promise<readonly ChangedFile[]> {
  const pairs = before.map((tree) => ({ before: tree, after }));
  const [first = '', ...others] = before;
  const [listed, maps] = await Promise.all([
    listChanged(repository, first, after),
    readAddedLines(repository, pairs, 'histogram'),
  ]);
  return listed
    .map(({ path, blob }) => ({
      path,
      blob,
      added: maps
        .slice(1, others.length + 1)
        .reduce((shared, map) => intersect(shared, map.get(blob) ?? []), maps[0]?.get(blob) ?? []),
    }))
    .filter((file) => file.added.length > 0);
}

async function listChanged(
  repository: Repository,
  before: string,
  after: string,
): Promise<readonly { readonly path: string; readonly blob: string }[]> {
  const args = [
    'diff-tree',
    '-r',
    '-z',
    '--raw',
    '--full-index',
    '--no-renames',
    '--no-abbrev',
    before,
    after,
  ];
  const fields = (await runGit(repository.caller, args)).stdout.toString('utf8').split('\0');
  const files: { path: string; blob: string }[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode = '', , blob = '', status = ''] = (fields[at] ?? '').split(' ');
    const path = fields[at + 1] ?? '';
    if (status !== 'D' && CONTENT_MODES.test(mode)) files.push({ path, blob });
  }
  return files;
}

/** Lines that are in both. */
function intersect(a: readonly LineRange[], b: readonly LineRange[]): readonly LineRange[] {
  return a.flatMap((one) =>
    b.flatMap((other) => {
      const firstLine = Math.max(one.firstLine, other.firstLine);
      const end = Math.min(one.firstLine + one.lineCount, other.firstLine + other.lineCount);
      return end > firstLine ? [{ firstLine, lineCount: end - firstLine }] : [];
    }),
  );
}
