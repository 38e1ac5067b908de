// Puts our hook files into a folder of hooks. What stood there keeps its bytes, mode and time under another name and
// runs after or before ours.
import {
  access,
  chmod,
  constants,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import type { Change } from './hook-ledger.ts';
import { isShim } from './hook-texts.ts';

const CHAINED = '.aitrail-chained';
/** Names that pre-commit and lefthook give to the hook that they found. */
const SET_ASIDE = ['.legacy', '.old'] as const;
const HEAD_LINES = 3;

export interface ShimPlan {
  /** Absolute. */
  readonly dir: string;
  /** Hook name → text of its file. */
  readonly texts: ReadonlyMap<string, string>;
}

/** @returns what was changed, and the hooks that were there before. */
export async function installShims(
  plan: ShimPlan,
): Promise<{ readonly changes: readonly Change[]; readonly chained: readonly string[] }> {
  const changes: Change[] = [];
  const chained: string[] = [];
  const made = await mkdir(plan.dir, { recursive: true });
  if (made !== undefined) changes.push({ kind: 'directory', path: made });
  for (const [hook, text] of plan.texts) {
    const path = join(plan.dir, hook);
    const there = await readHook(path);
    if (there === text) {
      await access(path, constants.X_OK).catch(() => chmod(path, 0o755));
      continue;
    }
    if (there !== null && !isShim(there)) {
      await giveBackPlace(path, there);
      // a chained one from before was replaced by whoever wrote this file: theirs is the newer
      await rename(path, `${path}${CHAINED}`);
    }
    if (await isThere(`${path}${CHAINED}`)) chained.push(hook);
    await rm(path, { force: true });
    await writeFile(path, text, { mode: 0o755 });
    await chmod(path, 0o755); // whatever the umask says: git passes over hooks that cannot be executed
    changes.push({ kind: 'shim', path });
  }
  return { changes, chained };
}

/** Takes one shim back. @returns false where somebody has put another file in its place, which stays. */
export async function removeShim(path: string): Promise<boolean> {
  const there = await readHook(path);
  const isOurs = there !== null && isShim(there);
  if (there !== null && !isOurs && (await giveBackPlace(path, there))) return true;
  if (isOurs) await rm(path);
  if (!(await isThere(`${path}${CHAINED}`))) return isOurs;
  if (there !== null && !isOurs) return false;
  await rename(`${path}${CHAINED}`, path);
  await giveBackPlace(path, (await readHook(path)) ?? '');
  return true;
}

/**
 * A hook manager that is installed after us sets our file aside under a name of its own, and may go on running it. What
 * belongs there is what it would have found without us: the hook that was here before, if that is not its own.
 *
 * @param there text of the manager's file, at `path`. @returns was it ours that stood aside?
 */
async function giveBackPlace(path: string, there: string): Promise<boolean> {
  let wasOurs = false;
  for (const suffix of SET_ASIDE) {
    const aside = `${path}${suffix}`;
    const kept = await readHook(aside);
    if (kept === null || !isShim(kept)) continue;
    wasOurs = true;
    const earlier = await readHook(`${path}${CHAINED}`);
    if (earlier === null || isOfOneMaker(earlier, there)) {
      await rm(aside);
      await rm(`${path}${CHAINED}`, { force: true });
    } else await rename(`${path}${CHAINED}`, aside);
  }
  return wasOurs;
}

/** Managers' files begin alike in all their versions; pre-commit fails where it finds its own file set aside. */
const isOfOneMaker = (one: string, other: string): boolean => headOf(one) === headOf(other);

const headOf = (script: string): string => script.split('\n', HEAD_LINES).join('\n');

/** Removes a folder that we made, where nobody has put anything into it. */
export async function removeEmptyDir(path: string): Promise<void> {
  const entries = await readdir(path).catch(() => ['unreadable']);
  if (entries.length === 0) await rmdir(path);
}

async function readHook(path: string): Promise<string | null> {
  if (!(await isThere(path))) return null;
  return readFile(path, 'utf8').catch(() => ''); // a broken link is somebody's too
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
