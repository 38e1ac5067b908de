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
export const findRepository = async (caller: Caller): Promise<Repository | null> =>
  (await findWithRefs(caller, []))?.repository ?? null;

interface RepositoryWithRefs {
  readonly repository: Repository;
  /** Full names. */
  readonly refs: readonly string[];
}

/** The same, and which refs it has. @param patterns whole names with a `*` or `[…]`; one star goes over slashes too. */
async function findWithRefs(
  caller: Caller,
  patterns: readonly string[],
): Promise<RepositoryWithRefs | null> {
  // one call: in a bare repository the last question fails after the others are answered
  const answer = await runGit(
    caller,
    [
      'rev-parse',
      '--git-dir',
      '--git-common-dir',
      '--is-bare-repository',
      '--show-object-format',
      '--symbolic-full-name',
      ...patterns.map((pattern) => `--glob=${pattern}`),
      '--is-inside-work-tree',
      '--show-toplevel',
    ],
    { okExits: [0, 128] },
  );
  const [gitDir = '', commonDir = '', isBare, format, ...more] = answer.stdout
    .toString('utf8')
    .replace(/\n$/, '')
    .split('\n');
  const [isInside, ...top] = more.slice(countRefs(more));
  if (isInside === undefined) return null;
  const hasTree = answer.exit === 0 && isBare === 'false' && isInside === 'true';
  const repository: Repository = {
    caller,
    worktree: hasTree ? await realpath(top.join('\n')) : null,
    gitDir: await realpath(resolve(caller.cwd, gitDir)),
    commonDir: await realpath(resolve(caller.cwd, commonDir)),
    objectFormat: format === 'sha256' ? 'sha256' : 'sha1',
  };
  return { repository, refs: more.slice(0, countRefs(more)) };
}

/** What follows them is `true` or `false`. */
function countRefs(rows: readonly string[]): number {
  const count = rows.findIndex((row) => !row.startsWith('refs/'));
  return count < 0 ? rows.length : count;
}

/** @throws Fault NOT_A_REPOSITORY, REPOSITORY_REFUSED. */
export const openRepository = async (caller: Caller): Promise<Repository> =>
  (await openWithRefs(caller, [])).repository;

/** The same, and which refs it has: `findWithRefs`. @throws Fault NOT_A_REPOSITORY. */
export async function openWithRefs(
  caller: Caller,
  patterns: readonly string[],
): Promise<RepositoryWithRefs> {
  const found = await findWithRefs(caller, patterns);
  if (found === null) throw await whyNone(caller);
  return found;
}

/** git looks away from a repository that another user could have prepared. */
async function whyNone(caller: Caller): Promise<Fault> {
  const { stderr } = await runGit(caller, ['rev-parse', '--git-dir'], { okExits: [0, 128] });
  const dir = /dubious ownership in repository at '(.*)'/.exec(stderr)?.[1];
  return dir === undefined
    ? new Fault('NOT_A_REPOSITORY', `${caller.cwd} is not in a git repository`)
    : new Fault('REPOSITORY_REFUSED', `git does not work in ${dir}: somebody else owns it`, {
        fix: `if you trust what is in it: git config --global --add safe.directory '${dir}'`,
      });
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
