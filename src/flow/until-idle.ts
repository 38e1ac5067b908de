// When nobody needs the daemon any more.
import { setTimeout as sleep } from 'node:timers/promises';

const CHECK_MS = 60_000;
/** Without any live token there is nobody whom a daemon that left would keep waiting. */
const IDLE_MS = 30 * 60_000;

/** Resolves when it was not needed for half an hour, or some time after it was stopped. */
export async function untilIdle(isNeeded: () => boolean, stopped: Promise<unknown>): Promise<void> {
  const idle = { sinceMs: Date.now(), isStopped: false };
  void stopped.then(() => (idle.isStopped = true));
  while (!idle.isStopped && Date.now() - idle.sinceMs < IDLE_MS) {
    await sleep(CHECK_MS, undefined, { ref: false });
    if (isNeeded()) idle.sinceMs = Date.now();
  }
}
