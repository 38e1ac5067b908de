// Which paths of a worktree were touched since somebody last asked: watches on its directories, those that git ignores
// left out. It never says "nothing" where it does not know: whoever gets null has to look at everything.
import { type FSWatcher, watch } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Caller } from '../model/caller.ts';
import { isAbsent } from '../model/is-absent.ts';
import { runGit } from './run-git.ts';

export interface WatchedTree {
  /** Stands in the worktree's top directory. */
  readonly caller: Caller;
  /** Absolute, real. */
  readonly worktree: string;
  /** Of this worktree: where its index is. */
  readonly gitDir: string;
}

export interface ChangeWatch {
  /**
   * What was touched since the last call.
   *
   * @returns repository-relative paths, of directories too (then anything below them); null where only a look at the
   * whole worktree can tell: the first time, after the index or HEAD moved, where something was missed.
   */
  take(): readonly string[] | null;
  /** Watches the directories that these files stand in. @param paths repository-relative. */
  cover(paths: readonly string[]): void;
  /** Gave up: too many directories, or a limit of the system. It says null from then on. */
  isLost(): boolean;
  close(): void;
}

/** A watch costs about a kilobyte here and another one in the kernel. */
const DIRECTORIES_MAX = 40_000;
/** Where the system tells no limit. */
const UNTOLD_MAX = 4000;
/** Editors and builds watch too: the share of the system's limit that we take. */
const SHARE = 0.25;
/** More touched paths than these are no argument list: one look at everything is quicker. */
const TOUCHED_MAX = 500;
const LIST_TIMEOUT_MS = 10_000;
/** Adding a watch takes some microseconds of this thread. */
const ADDED_PER_TURN = 50;
/** They change what counts as a file of the repository. */
const RULE_FILES = new Set(['.gitignore', '.gitattributes', '.gitmodules']);

interface State {
  readonly tree: WatchedTree;
  readonly directoriesMax: number;
  /** By repository-relative path, '' for the top; those of git's own directory have absolute ones. */
  readonly watchers: Map<string, FSWatcher>;
  readonly touched: Set<string>;
  isUnsure: boolean;
  isLost: boolean;
}

/** @throws Fault GIT_MISSING. */
export async function watchWorktree(
  tree: WatchedTree,
  directoriesMax?: number,
): Promise<ChangeWatch> {
  const state: State = {
    tree,
    directoriesMax: directoriesMax ?? (await readLimit()),
    watchers: new Map(),
    touched: new Set(),
    isUnsure: true,
    isLost: false,
  };
  watchGitDirectory(state);
  await addAll(state, ['', ...(await listTracked(tree)), ...(await listUntracked(tree))]);
  return {
    take: () => take(state),
    cover: (paths) => {
      for (const directory of new Set(paths.flatMap(parentsOf)))
        if (!state.watchers.has(directory)) add(state, directory);
    },
    isLost: () => state.isLost,
    close: () => giveUp(state),
  };
}

/** How many directories may be watched at most. */
async function readLimit(): Promise<number> {
  const told = await readFile('/proc/sys/fs/inotify/max_user_watches', 'utf8').catch(() => null);
  if (told === null) return UNTOLD_MAX; // another system, or a container without it
  return Math.min(DIRECTORIES_MAX, Math.floor(Number(told) * SHARE));
}

function take(state: State): readonly string[] | null {
  const touched = [...state.touched];
  state.touched.clear();
  if (state.isLost) return null;
  const isUnsure = state.isUnsure || touched.length > TOUCHED_MAX;
  state.isUnsure = false;
  return isUnsure ? null : touched;
}

function giveUp(state: State): void {
  state.isLost = true;
  for (const watcher of state.watchers.values()) watcher.close();
  state.watchers.clear();
  state.touched.clear();
}

/** Directories of HEAD's tree; none before the first commit. */
async function listTracked({ caller }: WatchedTree): Promise<readonly string[]> {
  const args = ['ls-tree', '-r', '-d', '-z', '--name-only', '--full-tree', 'HEAD'];
  const answer = await runGit(caller, args, { okExits: [0, 128], timeoutMs: LIST_TIMEOUT_MS });
  return answer.stdout.toString('utf8').split('\0').filter(Boolean);
}

/** Directories without a tracked file that are not ignored, empty ones and all below them included. */
async function listUntracked(tree: WatchedTree): Promise<readonly string[]> {
  const args = ['ls-files', '-z', '--others', '--directory', '--exclude-standard'];
  const answer = await runGit(tree.caller, args, {
    okExits: [0, 128],
    timeoutMs: LIST_TIMEOUT_MS,
  });
  const tops = answer.stdout
    .toString('utf8')
    .split('\0')
    .filter((path) => path.endsWith('/'))
    .map((path) => path.slice(0, -1));
  const lists = await Promise.all(tops.map((path) => listBelow(tree.worktree, path)));
  return lists.flat();
}

/** @returns the directory and those below it; no other repositories. */
async function listBelow(worktree: string, top: string): Promise<readonly string[]> {
  const found = [top];
  for (const path of found) {
    const entries = await readdir(join(worktree, path), { withFileTypes: true }).catch(() => []);
    for (const entry of entries)
      if (entry.isDirectory() && entry.name !== '.git') found.push(`${path}/${entry.name}`);
    if (found.length > DIRECTORIES_MAX) break;
  }
  return found;
}

async function addAll(state: State, paths: readonly string[]): Promise<void> {
  for (const [index, path] of paths.entries()) {
    if (state.isLost) return;
    if (index % ADDED_PER_TURN === ADDED_PER_TURN - 1) await nextTurn();
    add(state, path);
  }
}

function add(state: State, path: string): void {
  watchDirectory(state, { key: path, directory: join(state.tree.worktree, path) }, (kind, name) =>
    note(state, { kind, path: path === '' ? name : `${path}/${name}` }),
  );
}

/** A commit, a checkout, `git add`: they make files clean or dirty without touching them. */
function watchGitDirectory(state: State): void {
  const { gitDir } = state.tree;
  for (const directory of [gitDir, join(gitDir, 'logs'), join(gitDir, 'info')])
    watchDirectory(state, { key: directory, directory }, (_kind, name) => {
      if (name === 'index' || name === 'HEAD' || name === 'exclude') state.isUnsure = true;
    });
}

type Hear = (kind: string, name: string) => void;

function watchDirectory(
  state: State,
  { key, directory }: { readonly key: string; readonly directory: string },
  hear: Hear,
): void {
  if (state.isLost) return;
  if (state.watchers.size >= state.directoriesMax) {
    giveUp(state);
    return;
  }
  state.watchers.get(key)?.close();
  try {
    const watcher = watch(directory, { persistent: false }, (kind, name) => {
      if (name === null) state.isUnsure = true;
      else hear(kind, name);
    });
    watcher.on('error', () => giveUp(state));
    state.watchers.set(key, watcher);
  } catch (thrown) {
    state.watchers.delete(key);
    if (!isAbsent(thrown)) giveUp(state); // ENOSPC: the system's limit
  }
}

function note(
  state: State,
  { kind, path }: { readonly kind: string; readonly path: string },
): void {
  if (path === '.git') return;
  if (RULE_FILES.has(basename(path))) state.isUnsure = true;
  if (state.touched.size <= TOUCHED_MAX) state.touched.add(path);
  if (kind === 'rename') void follow(state, path); // came, went, or was replaced
}

/** A directory that is new: what was made in it before it was watched is below a touched path. */
async function follow(state: State, path: string): Promise<void> {
  const at = await lstat(join(state.tree.worktree, path)).catch(() => null);
  if (at === null || !at.isDirectory()) return;
  await addAll(state, await listBelow(state.tree.worktree, path));
  state.touched.add(path);
}

function parentsOf(path: string): readonly string[] {
  const parents: string[] = [];
  for (let at = dirname(path); at !== '.'; at = dirname(at)) parents.push(at);
  return parents;
}
