// When the daemon may leave by itself.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Serving } from './serve.ts';
import { readSettled } from '../setup/settings-ledger.ts';

const IDLE_CHECK_MS = 60_000;
/** Without any live token there is nobody whom a daemon that left would keep waiting. */
const IDLE_MS = 30 * 60_000;

/** Resolves when no token is live, no client's settings lead here and nothing was asked for half an hour. */
export async function watchIdle(
  { recorder, listener, home }: Pick<Serving, 'recorder' | 'listener' | 'home'>,
  stopped: Promise<unknown>,
): Promise<void> {
  const idle = { sinceMs: Date.now(), isStopped: false };
  void stopped.then(() => (idle.isStopped = true));
  while (!idle.isStopped && Date.now() - idle.sinceMs < IDLE_MS) {
    await sleep(IDLE_CHECK_MS, undefined, { ref: false });
    const isNeeded = recorder.grants.hasLive() || (await readSettled(home)).length > 0;
    if (listener.open() > 0 || isNeeded) idle.sinceMs = Date.now();
  }
}
