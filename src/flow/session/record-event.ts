// A command's own event into the store: through the daemon where it holds the store, else directly.
import type { Caller } from '../../model/caller.ts';
import { isFault } from '../../model/fault.ts';
import type { NewEvent } from '../../model/event.ts';
import { openRecords } from '../record/open-records.ts';
import { askDaemon, findDaemon } from '../daemon/find-daemon.ts';

const ASK_TIMEOUT_MS = 2000;
const LOCK_WAIT_MS = 500;

/** Never throws. @returns false where it could not be written down. */
export async function recordEvent(caller: Caller, event: NewEvent): Promise<boolean> {
  try {
    if (await tellDaemon(caller, event)) return true;
    const store = await openRecords(caller, {
      mode: 'write',
      inProcess: true,
      lockWaitMs: LOCK_WAIT_MS,
    });
    try {
      await store.addEvent(event);
    } finally {
      await store.close();
    }
    return true;
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    // a daemon that has just started holds the store; one that is leaving has let go of it
    return tellDaemon(caller, event).catch(() => false);
  }
}

/** @returns false where no daemon runs. @throws Fault DAEMON_UNREACHABLE. */
async function tellDaemon(caller: Caller, event: NewEvent): Promise<boolean> {
  const daemon = await findDaemon(caller.env);
  if (daemon === null) return false;
  await askDaemon(daemon, {
    method: 'POST',
    path: '/event',
    body: JSON.stringify(event),
    timeoutMs: ASK_TIMEOUT_MS,
  });
  return true;
}
