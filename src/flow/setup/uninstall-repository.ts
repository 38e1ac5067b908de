// aitrail uninstall: takes back what init did, leaving earlier hooks as they were. Recordings, keys and notes stay.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { type Change, readConfigBytes, readLedger } from '../../git/hook-ledger.ts';
import { removeHookState } from '../../git/hook-setup.ts';
import { isUntouched, removeInserted } from '../../git/install-shared.ts';
import { removeEmptyDir, removeShim } from '../../git/install-shims.ts';
import { removeConfigValue } from '../../git/notes-refspec.ts';
import { openWorktree, type Repository } from '../../git/open-repository.ts';
import { gitText } from '../../git/run-git.ts';
import { statePath } from '../../git/state-file.ts';
import type { Caller } from '../../model/caller.ts';
import type { TakeDownReport } from '../../model/set-up.ts';
import { alone } from '../alone.ts';
import { unsettleAgents } from './unsettle-agents.ts';

type Worktree = Repository & { readonly worktree: string };
type Outcome = 'removed' | 'restored' | { readonly why: string };

/** @throws Fault NOT_A_REPOSITORY, BARE_REPOSITORY. */
export async function uninstallRepository(caller: Caller): Promise<TakeDownReport> {
  const repository = await openWorktree(caller);
  const { restored, kept } = await unsettleAgents(caller, repository.worktree);
  const report = await alone(statePath(repository.commonDir, 'set-up.lock'), () =>
    takeDown(repository),
  );
  const why = 'our part in it has been changed';
  return {
    ...report,
    wasInstalled: report.wasInstalled || restored.length + kept.length > 0,
    settings: restored,
    kept: [...report.kept, ...kept.map((path) => ({ path, why }))],
  };
}

async function takeDown(repository: Worktree): Promise<Omit<TakeDownReport, 'settings'>> {
  const changes = await readLedger(repository);
  const isExact = await restoreConfig(repository);
  const hooks: string[] = [];
  const removed: string[] = [];
  const kept: { path: string; why: string }[] = [];
  for (const change of changes.toReversed()) {
    if (change.kind === 'config' && isExact) continue;
    const outcome = await takeBack(repository, change);
    const name = nameOf(repository, change);
    if (typeof outcome === 'object') kept.push({ path: name, why: outcome.why });
    else if (change.kind === 'shim') hooks.push(basename(change.path));
    else if (change.kind === 'file') removed.push(name);
  }
  await removeHookState(repository, await listGitDirs(repository));
  return {
    worktree: repository.worktree,
    wasInstalled: changes.length > 0,
    hooks: [...new Set(hooks.toReversed())], // one name may stand in two folders
    removed,
    kept,
  };
}

async function takeBack(repository: Worktree, change: Change): Promise<Outcome> {
  switch (change.kind) {
    case 'shim':
      return (await removeShim(change.path))
        ? 'restored'
        : { why: 'somebody has put another hook there' };
    case 'file':
      return removeFile(repository, change);
    case 'insert':
      return (await removeInserted(change.path, change.text))
        ? 'restored'
        : { why: 'our lines in it have been changed' };
    case 'directory':
      await removeEmptyDir(change.path);
      return 'removed';
    case 'config':
      await removeConfigValue(repository, change.name, change.value);
      return 'removed';
  }
}

async function removeFile(
  { caller }: Worktree,
  { path, text }: { readonly path: string; readonly text: string },
): Promise<Outcome> {
  if (!(await isUntouched(path, text))) return { why: 'it has been edited' };
  // from the file's own folder: init may have run in another worktree than this
  const there = { ...caller, cwd: dirname(path) };
  const tracked = await gitText(there, ['ls-files', '--', `:(literal)${basename(path)}`]);
  if (tracked !== '') return { why: 'it is committed: git rm it if nobody here uses aitrail' };
  await rm(path);
  return 'removed';
}

/** Byte for byte where nobody but init has written it. */
async function restoreConfig(repository: Worktree): Promise<boolean> {
  const bytes = await readConfigBytes(repository);
  if (bytes === null) return false;
  const path = join(repository.commonDir, 'config');
  const now = await readFile(path, 'latin1').catch(() => null);
  if (now !== bytes.after) return false;
  if (bytes.after !== bytes.before) await writeFile(path, bytes.before, 'latin1');
  return true;
}

const nameOf = ({ worktree }: Worktree, change: Change): string =>
  change.kind === 'config' ? change.name : relative(worktree, change.path);

async function listGitDirs({ caller }: Worktree): Promise<readonly string[]> {
  const listed = await gitText(caller, ['worktree', 'list', '--porcelain']);
  const trees = listed.split('\n').filter((line) => line.startsWith('worktree '));
  const dirs = await Promise.all(
    trees.map((line) =>
      gitText({ ...caller, cwd: line.slice('worktree '.length) }, [
        'rev-parse',
        '--absolute-git-dir',
      ]).catch(() => null),
    ), // a worktree whose folder is gone
  );
  return dirs.filter((dir) => dir !== null);
}
