// `git patch-id --stable` of many commits in two processes per batch, whatever the user's diff settings say.
import type { Repository } from './open-repository.ts';
import { runGit } from './run-git.ts';

/** Commits whose patches are in memory at a time: to start git from a large process costs more than their diffs. */
const BATCH = 1024;

/** Fixed, so that every machine computes the same. */
const DIFF = [
  'diff-tree',
  '--stdin',
  '-p',
  '-r',
  '--root',
  '-U3',
  '--diff-algorithm=myers',
  '--indent-heuristic',
  '--full-index',
  '--no-renames',
  '--no-relative',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--ignore-submodules=none',
  '--submodule=short',
  '--src-prefix=a/',
  '--dst-prefix=b/',
] as const;

/** @returns patch ids by commit; merges and commits without changes have none. */
export async function readPatchIds(
  repository: Repository,
  commits: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let first = 0; first < commits.length; first += BATCH) {
    const stdin = `${commits.slice(first, first + BATCH).join('\n')}\n`;
    const diff = await runGit(repository.caller, DIFF, { stdin });
    if (!diff.stdout.includes('diff --git')) continue;
    const ids = await runGit(repository.caller, ['patch-id', '--stable'], { stdin: diff.stdout });
    for (const line of ids.stdout.toString('latin1').split('\n')) {
      const [patchId = '', commit = ''] = line.split(' ');
      if (commit !== '') found.set(commit, patchId);
    }
  }
  return found;
}
