// One at a time, over processes: for what reads, decides and writes again.
import { takeLock } from '../daemon/run-lock.ts';
import { Fault } from '../model/fault.ts';

const WAIT_MS_MAX = 10_000;

/**
 * Runs `work` while nobody else holds the lock file.
 *
 * @param path absolute; made and removed here, its directory is made private.
 * @throws Fault SET_UP_BUSY after ten seconds of somebody else's work, and what `work` throws.
 */
export async function alone<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const lock = await takeLock(path, WAIT_MS_MAX, () => Promise.resolve(true));
  if (lock === null) throw new Fault('SET_UP_BUSY', `another aitrail holds ${path}`);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
