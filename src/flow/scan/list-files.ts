// The files below named paths: what git does not ignore, or everything where git has no say.
import { lstat, readdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Repository } from '../../git/open-repository.ts';
import { runGit } from '../../git/run-git.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';

export interface ListedFile {
  /** Absolute. */
  readonly file: string;
  /** As shown: relative to the caller's directory where it lies below it. */
  readonly path: string;
}

/**
 * Lists regular files, each once. A file that is named is listed whatever git thinks of it, so is all below a
 * directory that git ignores.
 *
 * @throws Fault NO_SUCH_FILE for a name that does not exist.
 */
export async function listFiles(
  caller: Caller,
  repository: Repository | null,
  names: readonly string[],
): Promise<readonly ListedFile[]> {
  const found = new Set<string>();
  for (const name of names) {
    const path = resolve(caller.cwd, name);
    const stat = await lstat(path).catch(() => null);
    if (stat === null)
      throw new Fault('NO_SUCH_FILE', `${name} does not exist`, { fix: 'check the spelling' });
    if (!stat.isDirectory()) found.add(path);
    else for (const file of await listDirectory(caller, repository, path)) found.add(file);
  }
  return [...found].map((file) => ({ file, path: shownPath(caller.cwd, file) }));
}

function shownPath(cwd: string, file: string): string {
  const path = relative(cwd, file).replaceAll('\\', '/');
  return path.startsWith('../') ? file : path;
}

async function listDirectory(
  caller: Caller,
  repository: Repository | null,
  directory: string,
): Promise<readonly string[]> {
  const inside = repository?.worktree ?? null;
  const isInside = inside !== null && `${directory}/`.startsWith(`${inside}/`);
  if (!isInside) return walk(directory);
  const here = { ...caller, cwd: directory };
  const ignored = await runGit(here, ['check-ignore', '-q', '.'], { okExits: [0, 1, 128] });
  if (ignored.exit === 0) return walk(directory);
  const args = [
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    '--deduplicate',
    '--',
    '.',
  ];
  const listed = (await runGit(here, args)).stdout.toString('utf8').split('\0');
  const lists = listed.filter((path) => path !== '').map((path) => expand(join(directory, path)));
  return (await Promise.all(lists)).flat();
}

/** A listed path that is a directory is a repository of its own. */
async function expand(path: string): Promise<readonly string[]> {
  const stat = await lstat(path).catch(() => null); // deleted in the working tree
  if (stat === null) return [];
  if (stat.isDirectory()) return walk(path);
  return stat.isFile() ? [path] : [];
}

async function walk(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !`/${relative(directory, path).replaceAll('\\', '/')}`.includes('/.git/'));
}
