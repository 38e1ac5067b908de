// What pre-commit leaves for post-commit, below the worktree's own git directory: the tree that it checked last, and how
// much of it is new.
import type { PatchFile } from '../../git/patch-file.ts';
import type { Repository } from '../../git/open-repository.ts';
import { readState, statePath, writeState } from '../../git/state-file.ts';

export interface CheckedTree {
  /** Tree id. */
  readonly tree: string;
  readonly files: number;
  /** Added ones. */
  readonly lines: number;
}

const FILE = 'checked-tree';

/** `<tree> LF <files> SP <lines> LF`. @returns null where it never ran, or the file is of another version. */
export async function readChecked({ gitDir }: Repository): Promise<CheckedTree | null> {
  const text = await readState(statePath(gitDir, FILE)).catch(() => null);
  const [, tree, files, lines] =
    /^([0-9a-f]+)\n?(?:(\d+) (\d+)\n)?$/.exec(text?.toString('utf8') ?? '') ?? [];
  return tree === undefined
    ? null
    : { tree, files: Number(files ?? '0'), lines: Number(lines ?? '0') };
}

export const writeChecked = (
  { gitDir }: Repository,
  { tree, files, lines }: CheckedTree,
): Promise<void> =>
  writeState(statePath(gitDir, FILE), `${tree}\n${String(files)} ${String(lines)}\n`);

export const countAdded = (files: readonly PatchFile[]): Omit<CheckedTree, 'tree'> => ({
  files: files.length,
  lines: files.flatMap(({ runs }) => runs).reduce((sum, { lines: { length } }) => sum + length, 0),
});
