// Makes the notes of a remote arrive with every fetch.
import type { Change } from './hook-ledger.ts';
import type { Repository } from './open-repository.ts';
import { addSetting, listRemotes } from './remotes.ts';
import { runGit } from './run-git.ts';

/**
 * A glob: an exact refspec makes every fetch fail while the remote has no notes yet. Into a ref of the remote's own:
 * mapped straight to refs/notes, `--prune` deletes local notes that the remote lacks.
 */
const refspecOf = (remote: string): string =>
  `+refs/notes/aitrail*:refs/notes/remotes/${remote}/aitrail*`;

/** @returns the values that were added; none where they are there already. */
export async function addNotesRefspecs(repository: Repository): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (const { name, fetchSpecs } of await listRemotes(repository)) {
    const wanted = refspecOf(name);
    // a remote without any is only pushed to; with ours alone, its fetch would bring nothing else
    if (fetchSpecs.length === 0 || fetchSpecs.includes(wanted)) continue;
    const setting = `remote.${name}.fetch`;
    await addSetting(repository, setting, wanted);
    changes.push({ kind: 'config', name: setting, value: wanted });
  }
  return changes;
}

/** Remotes whose notes a plain `git fetch` does not bring. */
export async function findRemotesWithoutNotes(repository: Repository): Promise<readonly string[]> {
  const remotes = await listRemotes(repository);
  return remotes
    .filter(
      ({ name, fetchSpecs }) => fetchSpecs.length > 0 && !fetchSpecs.includes(refspecOf(name)),
    )
    .map(({ name }) => name);
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
