// A command's removal: done by the daemon where it holds the store, else here.
import { stateHome } from '../../config/places.ts';
import type { Caller } from '../../model/caller.ts';
import { isObject, numberAt, parseJson, stringAt } from '../../model/json.ts';
import type { Removal } from '../../model/removal.ts';
import { openRecords } from '../record/open-records.ts';
import { askDaemon, findDaemon } from '../daemon/find-daemon.ts';
import { removeRecordings, type RemovalWork } from './remove-recordings.ts';

/** Of a store of millions of exchanges. */
const ASK_TIMEOUT_MS = 3_600_000;
const LOCK_WAIT_MS = 3000;

/** @param onStep is told how many are gone, where this process takes them away. @returns exchanges that went. @throws Fault STORE_LOCKED, STORE_FULL, DAEMON_UNREACHABLE. */
export async function askRemoval(
  caller: Caller,
  removals: readonly Removal[],
  { by, onStep }: Pick<RemovalWork, 'by' | 'onStep'>,
): Promise<number> {
  const daemon = await findDaemon(caller.env);
  if (daemon !== null) {
    const body = JSON.stringify({ removals, by });
    const question = { method: 'POST', path: '/remove', body, timeoutMs: ASK_TIMEOUT_MS } as const;
    return numberAt(parseJson(await askDaemon(daemon, question)), 'exchanges') ?? 0;
  }
  const home = stateHome(caller.env);
  const options = { mode: 'write', inProcess: true, lockWaitMs: LOCK_WAIT_MS } as const;
  const store = await openRecords(caller, options);
  try {
    return await removeRecordings({ store, home, by, onStep }, removals);
  } finally {
    await store.close();
  }
}

/** @returns null for what is no removal. */
export function readRemoval(value: unknown): Removal | null {
  const why = stringAt(value, 'why');
  if (!isObject(value) || (why !== 'pruned' && why !== 'erased')) return null;
  const removal: Removal = {
    why,
    beforeMs: numberAt(value, 'beforeMs'),
    user: stringAt(value, 'user'),
    session: stringAt(value, 'session'),
    worktree: stringAt(value, 'worktree'),
  };
  // nothing is taken away without saying what
  const isBounded = [removal.beforeMs, removal.user, removal.session].some((one) => one !== null);
  return isBounded ? removal : null;
}
