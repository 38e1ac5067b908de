// Puts our hook files into a folder of hooks. What stood there keeps its bytes, mode and time under another name and
// runs after or before ours.
import {
  chmod,
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
    if (there === text) continue;
    if (there !== null && !isShim(there)) {
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
  if (isOurs) await rm(path);
  if (!(await isThere(`${path}${CHAINED}`))) return isOurs;
  if (there !== null && !isOurs) return false;
  await rename(`${path}${CHAINED}`, path);
  return true;
}

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
