// doctor: is everything in place that git calls at a commit and a push?
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readLedger } from '../../git/hook-ledger.ts';
import { findHooksPlace, huskyFolder } from '../../git/hooks-place.ts';
import type { Repository } from '../../git/open-repository.ts';
import { readState, statePath } from '../../git/state-file.ts';
import type { Check } from '../../model/diagnosis.ts';
import { HOOK_NAMES } from '../../model/hook.ts';

type Finding = Omit<Check, 'name'>;

const AGAIN = 'aitrail init';

/** The first thing that is wrong. */
export async function checkHooks(repository: Repository | null): Promise<Finding> {
  if (repository === null || repository.worktree === null)
    return { status: 'note', detail: 'no working tree, no hooks', fix: null };
  const ledger = await readLedger(repository);
  if (ledger.length === 0)
    return { status: 'warn', detail: 'aitrail is not set up in this repository', fix: AGAIN };
  const place = await findHooksPlace(repository);
  const isHusky = place.kind === 'husky';
  // what a team shares has the hooks that it wants, and always this one
  const isShared = isHusky || ledger.some(({ kind }) => kind === 'insert');
  const folder = isHusky ? huskyFolder(place) : place.dir;
  for (const name of isShared ? ['pre-commit'] : HOOK_NAMES) {
    const finding = await checkHook(join(folder, name));
    if (finding !== null) return finding;
  }
  if (!isShared) return checkRunner(repository, place.dir);
  return { status: 'ok', detail: place.dir, fix: null };
}

async function checkHook(hook: string): Promise<Finding | null> {
  const text = await readFile(hook, 'utf8').catch(() => '');
  const legacy = `${hook}.legacy`;
  // pre-commit, installed after us, runs what it found under this name
  if (text.includes('pre-commit.com') && (await can(legacy, constants.X_OK)))
    return checkHook(legacy);
  if (!text.includes('aitrail'))
    return { status: 'fail', detail: `${hook} does not call aitrail any more`, fix: AGAIN };
  if (await can(hook, constants.X_OK)) return null;
  return { status: 'fail', detail: `${hook} is not executable`, fix: `chmod +x '${hook}'` };
}

/** What the hooks lead to: their common part, and the Node and program that it names. */
async function checkRunner({ commonDir }: Repository, dir: string): Promise<Finding> {
  const runner = statePath(commonDir, 'run.sh');
  const text = (await readState(runner))?.toString('utf8') ?? '';
  if (text === '')
    return { status: 'fail', detail: `${runner} is missing: no hook checks anything`, fix: AGAIN };
  for (const name of ['node', 'bundle']) {
    const path = new RegExp(`^${name}='([^'\n]*)'$`, 'm').exec(text)?.[1] ?? '';
    if (path !== '' && !(await can(path, constants.R_OK)))
      return {
        status: 'fail',
        detail: `hooks lead to ${path}, which is not there any more`,
        fix: AGAIN,
      };
  }
  return { status: 'ok', detail: dir, fix: null };
}

const can = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );
