// Which commits no ref leads to any more: what a rebase folded into others on its way.
import type { Repository } from './open-repository.ts';
import { runGit } from './run-git.ts';

/** @param commits full ids. One that does not exist is told to be neither. */
export async function findUnreachable(
  repository: Repository,
  commits: readonly string[],
): Promise<ReadonlySet<string>> {
  if (commits.length === 0) return new Set();
  // HEAD of this worktree and all branches; notes and other hidden refs do not make a commit part of the history
  // the options stand behind --stdin, which takes commits only: git before 2.42 refuses options there
  const refs = ['--not', 'HEAD', '--branches', '--tags', '--remotes'];
  const answer = await runGit(
    repository.caller,
    ['rev-list', '--ignore-missing', '--stdin', ...refs],
    { stdin: `${commits.join('\n')}\n` },
  );
  const gone = new Set(answer.stdout.toString('latin1').split('\n'));
  return new Set(commits.filter((commit) => gone.has(commit)));
}
