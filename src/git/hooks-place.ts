// Where git looks for this repository's hooks, and whose place that is.
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve, sep } from 'node:path';
import { gitText } from './run-git.ts';
import type { Repository } from './open-repository.ts';

export interface HooksPlace {
  /** Absolute. */
  readonly dir: string;
  /**
   * `own`: of this repository alone, ours to write to.
   * `husky`: made by husky, which runs the tracked files one folder above.
   * `shared`: holds tracked files, so what is written there reaches everybody.
   * `elsewhere`: one folder for all repositories of this user or machine.
   */
  readonly kind: 'own' | 'husky' | 'shared' | 'elsewhere';
}

/** @throws Fault GIT_FAILED. */
export async function findHooksPlace(repository: Repository): Promise<HooksPlace> {
  const { caller, worktree } = repository;
  const root = worktree ?? repository.gitDir;
  const setting = await gitText(
    caller,
    ['config', '--show-scope', '--type=path', '--get', 'core.hooksPath'],
    { okExits: [0, 1] },
  );
  if (setting === '') return { dir: resolve(repository.commonDir, 'hooks'), kind: 'own' };
  const tab = setting.indexOf('\t');
  const scope = setting.slice(0, tab);
  const dir = await realDir(resolve(root, setting.slice(tab + 1)));
  if (scope !== 'local' && scope !== 'worktree') return { dir, kind: 'elsewhere' };
  if (basename(dir) === '_' && (await isFile(resolve(dir, 'h')))) return { dir, kind: 'husky' };
  if (worktree === null || !`${dir}${sep}`.startsWith(`${worktree}${sep}`))
    return { dir, kind: 'own' };
  const tracked = await gitText(caller, ['ls-files', '--', `:(literal)${dir}`], {
    okExits: [0, 128],
  });
  return { dir, kind: tracked === '' ? 'own' : 'shared' };
}

/** Where people keep the hooks that husky runs. */
export const huskyFolder = (place: HooksPlace): string => dirname(place.dir);

async function realDir(path: string): Promise<string> {
  return realpath(path).catch(() => path); // not made yet
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
