// One daemon per state directory. The lock is a file with a process id; a dead holder's lock is taken over.
import { open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makePrivate, removeFile } from './run-info.ts';

const RETRY_MS = 50;

export interface RunLock {
  release(): Promise<void>;
}

/**
 * Takes the lock, waiting for a holder that is about to leave.
 *
 * @param isServed asks whether the holder answers: an id that another program got meanwhile is no holder.
 * @returns null where somebody else holds it.
 */
export async function takeLock(
  path: string,
  waitMs: number,
  isServed: () => Promise<boolean>,
): Promise<RunLock | null> {
  await makePrivate(dirname(path));
  const deadlineMs = Date.now() + waitMs;
  for (;;) {
    if (await tryCreate(path)) return { release: () => removeFile(path) };
    const holder = await readHolder(path);
    if (holder === null || !isAlive(holder)) await removeFile(path);
    else if (Date.now() > deadlineMs) {
      if (await isServed()) return null;
      await removeFile(path);
    } else await sleep(RETRY_MS);
  }
}

async function tryCreate(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(`${String(process.pid)}\n`);
    await file.close();
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') return false;
    throw thrown;
  }
}

/** @returns null where nothing sensible was ever written: its writer died in between. */
async function readHolder(path: string): Promise<number | null> {
  try {
    const text = await readFile(path, 'utf8');
    // between creating and writing the file is empty for an instant
    if (text === '') await sleep(RETRY_MS);
    const pid = Number((text === '' ? await readFile(path, 'utf8') : text).trim());
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null; // released meanwhile
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}
