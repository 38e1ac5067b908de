// Values that are secret for one session: those of the environment that it was opened in, and those of the `.env` files
// of its worktree. They live in memory alone, and files are read again when they change.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Grant } from '../../model/session.ts';
import { isEnvFile, readEnvFile, secretValues } from '../../secrets/env-file.ts';

export interface KnownBook {
  /** What the environment held in which the session was opened. */
  tell(grant: string, values: readonly string[]): void;
  forget(grant: string): void;
  /** The first time of a worktree waits for its files; later ones look beside the request. */
  of(grant: Grant): Promise<readonly string[]>;
}

const FRESH_MS = 2000;
/** Of one session, or of one worktree. */
const VALUES_MAX = 200;
const VALUE_CHARACTERS_MAX = 8192;
const GRANTS_MAX = 500;
const FOLDERS_MAX = 100;
const FILES_MAX = 50;
const FILE_BYTES_MAX = 64 * 1024;

interface Entry {
  readonly values: readonly string[];
  /** Names, sizes and times of the files. */
  readonly state: string;
  readonly atMs: number;
}

export function openKnownBook(): KnownBook {
  const told = new Map<string, readonly string[]>();
  const entries = new Map<string, Entry>();
  const pending = new Map<string, Promise<Entry>>();
  const look = (worktree: string): Promise<Entry> => {
    const running =
      pending.get(worktree) ??
      readWorktree(worktree, entries.get(worktree) ?? null)
        .then((entry) => {
          entries.set(worktree, entry);
          return entry;
        })
        .finally(() => void pending.delete(worktree));
    pending.set(worktree, running);
    return running;
  };
  const ofWorktree = async (worktree: string): Promise<readonly string[]> => {
    const entry = entries.get(worktree);
    if (entry === undefined) return (await look(worktree)).values;
    if (Date.now() - entry.atMs > FRESH_MS) void look(worktree);
    return entry.values;
  };
  return {
    tell: (grant, values) => {
      told.set(grant, bounded(values));
      for (const oldest of told.keys()) if (told.size > GRANTS_MAX) told.delete(oldest);
    },
    forget: (grant) => void told.delete(grant),
    of: async ({ id, place }) => {
      const own = told.get(id) ?? NONE;
      const found = place.worktree === null ? NONE : await ofWorktree(place.worktree);
      if (own.length === 0) return found; // the same list each time: what is made of it is found again by that
      return found.length === 0 ? own : [...own, ...found];
    },
  };
}

const NONE: readonly string[] = [];

const bounded = (values: readonly string[]): readonly string[] =>
  values.filter((value) => value.length <= VALUE_CHARACTERS_MAX).slice(0, VALUES_MAX);

/** The values of a worktree's `.env` files as they are now. */
export const readKnownValues = async (worktree: string): Promise<readonly string[]> =>
  (await readWorktree(worktree, null)).values;

/** Never throws: a file that cannot be read tells nothing. */
async function readWorktree(worktree: string, before: Entry | null): Promise<Entry> {
  const files = await findEnvFiles(worktree);
  const state = JSON.stringify(files);
  const atMs = Date.now();
  if (before?.state === state) return { ...before, atMs };
  const texts = await Promise.all(files.map(({ path }) => readFile(path, 'utf8').catch(() => '')));
  return { values: bounded(secretValues(texts.flatMap(readEnvFile))), state, atMs };
}

interface EnvFile {
  readonly path: string;
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** At the worktree's root and in the folders right below it. */
async function findEnvFiles(worktree: string): Promise<readonly EnvFile[]> {
  const top = await list(worktree);
  const folders = top
    .filter((entry) => entry.isDirectory() && !/^(?:\.|node_modules$)/.test(entry.name))
    .slice(0, FOLDERS_MAX);
  const below = await Promise.all(folders.map(({ name }) => list(join(worktree, name))));
  const paths = [...top, ...below.flat()]
    .filter((entry) => entry.isFile() && isEnvFile(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .slice(0, FILES_MAX);
  const found = await Promise.all(paths.map(measure));
  return found.flat().filter(({ bytes }) => bytes <= FILE_BYTES_MAX);
}

const list = (folder: string): ReturnType<typeof readFolder> => readFolder(folder).catch(() => []);
const readFolder = (folder: string) => readdir(folder, { withFileTypes: true });

async function measure(path: string): Promise<readonly EnvFile[]> {
  const facts = await stat(path).catch(() => null);
  return facts === null ? [] : [{ path, bytes: facts.size, mtimeMs: facts.mtimeMs }];
}
