// One daemon per state directory. The lock is a file with a process id and when that process began; a dead holder's lock
// is taken over, also where another program has got its id meanwhile.
import { open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { placeFault } from '../model/make-folder.ts';
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
 * @throws Fault STORE_UNREADABLE, STORE_FULL.
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
    if (holder === null || !(await isHolding(holder))) await removeFile(path);
    else if (Date.now() > deadlineMs) {
      if (await isServed()) return null;
      await removeFile(path);
    } else await sleep(RETRY_MS);
  }
}

/** Does a living process hold the lock? */
export async function isLocked(path: string): Promise<boolean> {
  const holder = await readHolder(path);
  return holder !== null && (await isHolding(holder));
}

async function tryCreate(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(`${String(process.pid)} ${await beginOf(process.pid)}\n`);
    await file.close();
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') return false;
    throw placeFault(thrown);
  }
}

interface Holder {
  readonly pid: number;
  /** As `beginOf` said then. */
  readonly begin: string;
}

/** @returns null where nothing sensible was ever written: its writer died in between. */
async function readHolder(path: string): Promise<Holder | null> {
  try {
    const text = await readFile(path, 'utf8');
    // between creating and writing the file is empty for an instant
    if (text === '') await sleep(RETRY_MS);
    const [pid = '', begin = ''] = (text === '' ? await readFile(path, 'utf8') : text)
      .trim()
      .split(' ');
    return /^[1-9]\d*$/.test(pid) ? { pid: Number(pid), begin } : null;
  } catch {
    return null; // released meanwhile
  }
}

const isHolding = async ({ pid, begin }: Holder): Promise<boolean> =>
  isAlive(pid) && begin === (await beginOf(pid));

/** When a process began, in the kernel's words; '' where the system has no such file. */
async function beginOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'latin1');
    // the second field is a name in brackets, which may hold anything; the begin is the 22nd
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
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
