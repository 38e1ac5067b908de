// Makes the notes of a remote arrive with every fetch.
import type { Change } from './hook-ledger.ts';
import type { Repository } from './open-repository.ts';
import { gitText, runGit } from './run-git.ts';

/**
 * A glob: an exact refspec makes every fetch fail while the remote has no notes yet. Into a ref of the remote's own:
 * mapped straight to refs/notes, `--prune` deletes local notes that the remote lacks.
 */
const refspecOf = (remote: string): string =>
  `+refs/notes/aitrail*:refs/notes/remotes/${remote}/aitrail*`;

/** @returns the values that were added; none where they are there already. */
export async function addNotesRefspecs(repository: Repository): Promise<readonly Change[]> {
  const { caller } = repository;
  const remotes = (await gitText(caller, ['remote'])).split('\n').filter(Boolean);
  const changes: Change[] = [];
  for (const remote of remotes) {
    const name = `remote.${remote}.fetch`;
    const values = await gitText(caller, ['config', '--get-all', name], { okExits: [0, 1] });
    const wanted = refspecOf(remote);
    // a remote without any is only pushed to; with ours alone, its fetch would bring nothing else
    if (values === '' || values.split('\n').includes(wanted)) continue;
    await runGit(caller, ['config', '--local', '--add', name, wanted]);
    changes.push({ kind: 'config', name, value: wanted });
  }
  return changes;
}

/** Removes one value of one name. */
export async function removeConfigValue(
  repository: Repository,
  name: string,
  value: string,
): Promise<void> {
  await runGit(
    repository.caller,
    ['config', '--local', '--fixed-value', '--unset-all', name, value],
    { okExits: [0, 5] },
  );
}
