// `git patch-id --stable` of many commits in two processes per batch, whatever the user's settings and the files of the
// worktree say of diffs: a note of today must hold tomorrow, on another machine and under other attributes.
import { join } from 'node:path';
import { emptyTree, parseAddedLines, type AddedLines } from './added-lines.ts';
import type { Repository } from './open-repository.ts';
import { runGit } from './run-git.ts';

/** Commits whose patches are in memory at a time: to start git from a large process costs more than their diffs. */
const BATCH = 1024;

/** Fixed, so that every machine computes the same. */
const DIFF = [
  '-c',
  'diff.suppressBlankEmpty=false',
  '-c',
  'core.quotePath=true',
  '-c',
  'core.bigFileThreshold=512m',
  '-c',
  'core.attributesFile=/dev/null',
  'diff-tree',
  '--stdin',
  '-p',
  '-r',
  '--root',
  '-U3',
  '--inter-hunk-context=0',
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

export interface PatchedCommit {
  readonly commit: string;
  /** What it is compared with, whatever a graft or the edge of a shallow clone says of it. */
  readonly parents: readonly string[];
}

export interface Patches {
  /** By commit; merges and commits without changes have none. */
  readonly ids: ReadonlyMap<string, string>;
  /** By commit, what the same patches add; nothing of merges and of files that git takes for binary. */
  readonly added: ReadonlyMap<string, AddedLines>;
}

/** @returns patch ids by commit; merges and commits without changes have none. */
export async function readPatchIds(
  repository: Repository,
  commits: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let first = 0; first < commits.length; first += BATCH) {
    const patch = await readPatch(repository, commits.slice(first, first + BATCH));
    await takeIds(repository, patch, found);
  }
  return found;
}

/** The ids, and what the patches add. */
export async function readPatches(
  repository: Repository,
  commits: readonly PatchedCommit[],
): Promise<Patches> {
  const ids = new Map<string, string>();
  const added = new Map<string, AddedLines>();
  for (let first = 0; first < commits.length; first += BATCH) {
    const some = commits.slice(first, first + BATCH);
    const asked = some.map(({ commit, parents }) => [commit, ...parents].join(' '));
    const patch = await readPatch(repository, asked);
    const reading = takeIds(repository, patch, ids);
    const known = new Set(some.map(({ commit }) => commit));
    for (const [commit, lines] of parseAddedLines(patch, known)) added.set(commit, lines);
    await reading;
  }
  return { ids, added };
}

/**
 * Attributes of a worktree or its index (`*.lock -diff`) would make another patch of an old commit. git reads none where
 * the worktree is a folder without any, and there is no index.
 */
async function readPatch(
  { caller, gitDir, objectFormat }: Repository,
  asked: readonly string[],
): Promise<Buffer> {
  const env = {
    GIT_DIR: gitDir,
    GIT_WORK_TREE: gitDir,
    GIT_INDEX_FILE: join(gitDir, 'aitrail', 'no-index'),
    GIT_ATTR_NOSYSTEM: '1',
    GIT_ATTR_SOURCE: emptyTree(objectFormat), // git from 2.41: before the worktree's
  };
  const call = { stdin: `${asked.join('\n')}\n`, env };
  return (await runGit({ ...caller, cwd: gitDir }, DIFF, call)).stdout;
}

async function takeIds(
  { caller }: Repository,
  patch: Buffer,
  found: Map<string, string>,
): Promise<void> {
  if (!patch.includes('diff --git')) return;
  const ids = await runGit(caller, ['patch-id', '--stable'], { stdin: patch });
  for (const line of ids.stdout.toString('latin1').split('\n')) {
    const [patchId = '', commit = ''] = line.split(' ');
    if (commit !== '') found.set(commit, patchId);
  }
}
