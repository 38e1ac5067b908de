// What the daemon does for its store while nobody waits: small steps, each shorter than a request should notice.
import { setTimeout as sleep } from 'node:timers/promises';
import type { WriteLog } from '../../daemon/log-file.ts';
import type { Store } from '../../store/store.ts';
import { indexExchanges } from '../show/index-exchanges.ts';

/** Between two looks, and between two steps of the same work. */
const LOOK_MS = 5000;
const STEP_MS = 50;
const INDEX_TOGETHER = 5;

/** Ends when told to. Never throws: what fails is logged and tried again at the next look. */
export async function keepUp(store: Store, log: WriteLog, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    let isMore = false;
    try {
      isMore = (await indexExchanges(store, INDEX_TOGETHER)) > 0;
    } catch (thrown) {
      log(`upkeep: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
    const waitMs = isMore ? STEP_MS : LOOK_MS;
    await sleep(waitMs, undefined, { ref: false, signal: stop }).catch(() => {}); // aborted
  }
}
