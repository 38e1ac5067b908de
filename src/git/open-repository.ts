// What a repository is to the rest of the program: its directories and the shape of its ids.
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import { runGit } from './run-git.ts';

export interface Repository {
  readonly caller: Caller;
  /** Absolute, real; null in a bare repository. */
  readonly worktree: string | null;
  /** Of this worktree. */
  readonly gitDir: string;
  /** Shared by all worktrees: what identifies the repository. */
  readonly commonDir: string;
  readonly objectFormat: 'sha1' | 'sha256';
}

/** Finds the repository that holds the caller's directory; null where there is none. */
export async function findRepository(caller: Caller): Promise<Repository | null> {
  // one call: in a bare repository the last question fails after the others are answered
  const answer = await runGit(
    caller,
    [
      'rev-parse',
      '--git-dir',
      '--git-common-dir',
      '--is-bare-repository',
      '--show-object-format',
      '--is-inside-work-tree',
      '--show-toplevel',
    ],
    { okExits: [0, 128] },
  );
  const [gitDir = '', commonDir = '', isBare, format, isInside, ...top] = answer.stdout
    .toString('utf8')
    .replace(/\n$/, '')
    .split('\n');
  if (isInside === undefined) return null;
  const hasTree = answer.exit === 0 && isBare === 'false' && isInside === 'true';
  return {
    caller,
    worktree: hasTree ? await realpath(top.join('\n')) : null,
    gitDir: await realpath(resolve(caller.cwd, gitDir)),
    commonDir: await realpath(resolve(caller.cwd, commonDir)),
    objectFormat: format === 'sha256' ? 'sha256' : 'sha1',
  };
}

/** @throws Fault NOT_A_REPOSITORY. */
export async function openRepository(caller: Caller): Promise<Repository> {
  const repository = await findRepository(caller);
  if (repository === null)
    throw new Fault('NOT_A_REPOSITORY', `${caller.cwd} is not in a git repository`);
  return repository;
}

/** A repository with files. @throws Fault NOT_A_REPOSITORY, BARE_REPOSITORY. */
export async function openWorktree(
  caller: Caller,
): Promise<Repository & { readonly worktree: string }> {
  const repository = await openRepository(caller);
  const { worktree } = repository;
  if (worktree === null)
    throw new Fault('BARE_REPOSITORY', `${repository.gitDir} has no working tree`);
  return { ...repository, worktree };
}
