// Is git in the middle of several commits? Their hooks fire one by one, and the batch is attested once, at its end.
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repository } from './open-repository.ts';

/** True while more commits of a rebase, or of a series of cherry-picks or reverts, are to come. */
export async function isSequencerRunning(repository: Repository): Promise<boolean> {
  const { gitDir } = repository;
  if (await exists(join(gitDir, 'rebase-merge'))) return true;
  // git am keeps the same folder without this file, and no hook tells its end: each patch is attested at once
  if (await isApplyingOwn(repository)) return true;
  const todo = await readFile(join(gitDir, 'sequencer', 'todo'), 'utf8').catch(() => ''); // no series
  // the list still holds the pick that has just been committed: one line left is the end
  return todo.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length > 1;
}

/** git rebase as git am: the patches are commits that are there already. */
export const isApplyingOwn = ({ gitDir }: Repository): Promise<boolean> =>
  exists(join(gitDir, 'rebase-apply', 'rebasing'));

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
