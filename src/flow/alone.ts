// One at a time, over processes: for what reads, decides and writes again.
import { takeLock } from '../daemon/run-lock.ts';
import { Fault } from '../model/fault.ts';

const WAIT_MS = 10_000;

/**
 * Runs `work` while nobody else holds the lock file.
 *
 * @param path absolute; made and removed here, its directory is made private.
 * @param waitMs how long for somebody else's work.
 * @throws Fault SET_UP_BUSY, and what `work` throws.
 */
export async function alone<Result>(
  path: string,
  work: () => Promise<Result>,
  waitMs = WAIT_MS,
): Promise<Result> {
  const lock = await takeLock(path, waitMs, () => Promise.resolve(true));
  if (lock === null) throw new Fault('SET_UP_BUSY', `another aitrail holds ${path}`);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
