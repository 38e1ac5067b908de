// What the daemon does for its store while nobody waits: small steps, each shorter than a request should notice.
import { setTimeout as sleep } from 'node:timers/promises';
import type { WriteLog } from '../../daemon/log-file.ts';
import { findPrunable } from '../keep/prune.ts';
import { removeRecordings } from '../keep/remove-recordings.ts';
import type { PolicyBook } from '../policy/policy-book.ts';
import { indexExchanges } from '../show/index-exchanges.ts';
import type { LocalStore } from '../../store/upkeep-store.ts';

export interface UpkeepWork {
  readonly store: LocalStore;
  /** State directory. */
  readonly home: string;
  readonly policies: PolicyBook;
  readonly log: WriteLog;
}

/** Between two looks, and between two steps of the same work. */
const LOOK_MS = 5000;
const STEP_MS = 50;
const INDEX_TOGETHER = 5;
const PRUNE_EVERY_MS = 3_600_000;

/** Ends when told to. Never throws: what fails is logged and tried again. */
export async function keepUp(work: UpkeepWork, stop: AbortSignal): Promise<void> {
  let prunedAtMs = 0;
  while (!stop.aborted) {
    const isMore = await attempt(
      work,
      async () => (await indexExchanges(work.store, INDEX_TOGETHER)) > 0,
    );
    if (Date.now() - prunedAtMs >= PRUNE_EVERY_MS) {
      prunedAtMs = Date.now();
      await attempt(work, async () => prune(work));
    }
    const waitMs = isMore ? STEP_MS : LOOK_MS;
    await sleep(waitMs, undefined, { ref: false, signal: stop }).catch(() => {}); // told to end
  }
}

/** What is too old goes; a sweep that was cut off before is ended. */
async function prune({ store, home, policies, log }: UpkeepWork): Promise<boolean> {
  const places = await findPrunable(
    store,
    async (worktree) => (await policies.of(worktree)).retentionDays,
  );
  const work = { store, home, by: 'retention' };
  const count = await removeRecordings(
    work,
    places.map(({ removal }) => removal),
  );
  if (count > 0) log(`retention: ${String(count)} exchanges went`);
  return count > 0;
}

async function attempt({ log }: UpkeepWork, step: () => Promise<boolean>): Promise<boolean> {
  try {
    return await step();
  } catch (thrown) {
    log(`upkeep: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return false;
  }
}
