// Paths as agents say them → the repository that holds the file and its path there. Agents speak of absolute paths, of
// paths relative to where they work, of Windows paths, and of places inside a container that this machine does not have.
import { existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { findRepository } from '../../git/open-repository.ts';
import type { Caller } from '../../model/caller.ts';

export interface Resolved {
  /** Common git directory. */
  readonly repository: string;
  readonly worktree: string;
  /** Repository-relative, forward slashes. */
  readonly path: string;
}

export interface Standing {
  /** Where the agent says that it works; null where it does not. */
  readonly directory: string | null;
  /** The worktree that its session was opened in. */
  readonly worktree: string | null;
}

export interface PathResolver {
  /** @returns null where no repository of this machine holds the path. */
  resolve(said: string, standing: Standing): Promise<Resolved | null>;
}

interface Home {
  readonly repository: string;
  readonly worktree: string;
}

const CACHED_MAX = 5000;

/** @param caller whose environment git gets; its directory does not matter. */
export function openPathResolver(caller: Caller): PathResolver {
  const homes = new Map<string, Promise<Home | null>>();
  const homeOf = (directory: string): Promise<Home | null> => {
    const known = homes.get(directory);
    if (known !== undefined) return known;
    if (homes.size > CACHED_MAX) homes.clear();
    const found = findHome({ ...caller, cwd: directory });
    homes.set(directory, found);
    // a directory that is no repository yet may become one
    void found.then((home) => home ?? homes.delete(directory));
    return found;
  };
  return {
    resolve: async (said, standing) => {
      const path = normalise(said);
      if (path === '') return null;
      const candidate = await locate(path, standing);
      return candidate === null ? null : findInside(candidate, homeOf);
    },
  };
}

async function findHome(caller: Caller): Promise<Home | null> {
  const found = await findRepository(caller).catch(() => null);
  return found === null || found.worktree === null
    ? null
    : { repository: found.commonDir, worktree: found.worktree };
}

/** Forward slashes, without scheme and quotes. */
function normalise(said: string): string {
  const bare = said.trim().replace(/^file:\/\/(?=\/)/, '');
  return /^[A-Za-z]:[\\/]|\\/.test(bare) && !bare.startsWith('/')
    ? bare.replaceAll('\\', '/')
    : bare;
}

const isRooted = (path: string): boolean => path.startsWith('/') || /^[A-Za-z]:\//.test(path);

/** @returns an absolute path on this machine. */
async function locate(path: string, standing: Standing): Promise<string | null> {
  const { worktree } = standing;
  const place = await placeOf(standing);
  if (!isRooted(path)) return locateRelative(path, place);
  const isOurs = isAbsolute(path) && (place.here !== null || (await standsHere(path, worktree)));
  if (isOurs) return path;
  return worktree === null ? null : locateForeign(path, place.foreign, worktree);
}

async function placeOf({ directory, worktree }: Standing): Promise<Place> {
  if (directory === null) return { here: null, foreign: null, worktree };
  const said = normalise(directory);
  const isHere = isAbsolute(said) && (await isDirectory(said));
  return { here: isHere ? said : null, foreign: isHere ? null : said, worktree };
}

interface Place {
  /** Where the agent works, if this machine has that directory … */
  readonly here: string | null;
  /** … and if not. */
  readonly foreign: string | null;
  readonly worktree: string | null;
}

function locateRelative(path: string, { here, foreign, worktree }: Place): string | null {
  if (here !== null) return join(here, path);
  if (worktree === null) return null;
  if (foreign === null) return join(worktree, path);
  // an unknown place: as deep below its root as it is below ours
  return join(worktree, below(foreign, findForeignRoot(foreign, worktree)) ?? '', path);
}

function locateForeign(path: string, directory: string | null, worktree: string): string | null {
  if (directory === null) return fitSuffix(path, worktree);
  const inside = below(path, findForeignRoot(directory, worktree));
  return inside === null ? fitSuffix(path, worktree) : join(worktree, inside);
}

/** Does this machine have the path's directory, or one above it that is more than the root? */
async function standsHere(path: string, worktree: string | null): Promise<boolean> {
  if (worktree !== null && (path === worktree || path.startsWith(worktree + sep))) return true;
  const parent = dirname(path);
  return parent !== '/' && isDirectory(parent);
}

/**
 * The root that a foreign working directory has in common with the worktree: `/workspace/app` for `/workspace/app/web`
 * where the worktree has `web`.
 */
function findForeignRoot(directory: string, worktree: string): string {
  const parts = directory.replace(/\/+$/, '').split('/');
  for (let at = 1; at < parts.length; at += 1) {
    const suffix = parts.slice(at).join('/');
    if (suffix !== '' && existsSync(join(worktree, suffix))) return parts.slice(0, at).join('/');
  }
  return parts.join('/');
}

/** Windows compares without case. */
function below(path: string, root: string): string | null {
  const [a, b] = /^[A-Za-z]:/.test(root) ? [path.toLowerCase(), root.toLowerCase()] : [path, root];
  if (a === b) return '';
  return a.startsWith(`${b}/`) ? path.slice(root.length + 1) : null;
}

/** Nothing says where the root is: the longest tail of the path that fits into the worktree. */
function fitSuffix(path: string, worktree: string): string | null {
  const parts = path.split('/').filter((part) => part !== '' && !part.endsWith(':'));
  const tails = parts.map((_, at) => parts.slice(at));
  const file = tails.find((tail) => existsSync(join(worktree, ...tail)));
  if (file !== undefined) return join(worktree, ...file);
  const tail = tails.find(
    (one) => one.length > 1 && existsSync(join(worktree, ...one.slice(0, -1))),
  );
  return tail === undefined ? null : join(worktree, ...tail);
}

/** Finds the repository of the nearest directory that exists; the file itself may be about to be written. */
async function findInside(
  path: string,
  homeOf: (directory: string) => Promise<Home | null>,
): Promise<Resolved | null> {
  let directory = dirname(path);
  let rest = basename(path);
  while (!(await isDirectory(directory))) {
    if (dirname(directory) === directory) return null;
    rest = join(basename(directory), rest);
    directory = dirname(directory);
  }
  const real = await realpath(directory);
  const home = await homeOf(real);
  if (home === null) return null;
  const inside = relative(home.worktree, join(real, rest)).split(sep).join('/');
  if (inside === '' || inside.startsWith('../')) return null;
  return { repository: home.repository, worktree: home.worktree, path: inside };
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}
