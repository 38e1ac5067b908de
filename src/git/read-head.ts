// Where HEAD stands, from git's own files: asked beside every request, so no process is started where that can be helped.
import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Caller } from '../model/caller.ts';
import { gitText } from './run-git.ts';

export interface Head {
  /** null where HEAD is detached. */
  readonly branch: string | null;
  /** Commit id; null before the first commit. */
  readonly commit: string | null;
}

interface GitPlace {
  readonly caller: Caller;
  /** The worktree's own git directory. */
  readonly gitDir: string;
  /** The common one. */
  readonly repository: string;
}

const ID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const UNSET = { okExits: [0, 1, 128] } as const;

/** @throws Fault GIT_MISSING where git has to be asked. */
export async function readHead(place: GitPlace): Promise<Head> {
  const text = readWord(join(place.gitDir, 'HEAD'));
  if (ID.test(text)) return { branch: null, commit: text };
  const ref = /^ref: (refs\/heads\/[^\s]+)$/.exec(text)?.[1];
  // other stores of references than files leave a word here that names nothing
  if (ref === undefined || ref === 'refs/heads/.invalid') return askGit(place.caller);
  const branch = ref.slice('refs/heads/'.length);
  const loose = readWord(join(place.repository, ref));
  return { branch, commit: ID.test(loose) ? loose : await findPacked(place, ref) };
}

/** Some forty bytes: asking the threads of node:fs/promises for them costs ten times the reading. */
function readWord(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return ''; // not there, or no file: whoever asks goes on looking
  }
}

async function findPacked({ repository }: GitPlace, ref: string): Promise<string | null> {
  const file = join(repository, 'packed-refs');
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return null; // before the first gc, as a rule
  const packed = await readFile(file, 'utf8').catch(() => '');
  const end = `${packed}\n`.indexOf(` ${ref}\n`);
  const id = packed.slice(packed.lastIndexOf('\n', end) + 1, Math.max(0, end));
  return ID.test(id) ? id : null;
}

async function askGit(caller: Caller): Promise<Head> {
  const [branch, commit] = await Promise.all([
    gitText(caller, ['symbolic-ref', '--quiet', '--short', 'HEAD'], UNSET),
    gitText(caller, ['rev-parse', '--verify', '--quiet', 'HEAD'], UNSET),
  ]);
  return { branch: branch === '' ? null : branch, commit: commit === '' ? null : commit };
}
