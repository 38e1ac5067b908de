// How a hook reaches the recordings when no daemon answers: the store's files, beside a daemon that may be running.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Caller } from '../../model/caller.ts';
import { isFault } from '../../model/fault.ts';
import type { Store } from '../../store/store.ts';
import type { HookWorld, Records } from './hook-work.ts';

export interface FallbackWorld extends HookWorld {
  close(): Promise<void>;
}

/** A daemon that was asked and is late keeps the store: its answer comes without us (src/flow/attest/attest-hook.ts). */
const LATE_LOCK_WAIT_MS = 100;
const LOCK_WAIT_MS = 1000;

/**
 * Holds what was opened until `close`.
 *
 * @param isDaemonLate the daemon has been asked and did not answer in time.
 */
export function openFallbackWorld(caller: Caller, isDaemonLate: boolean): FallbackWorld {
  const lockWaitMs = isDaemonLate ? LATE_LOCK_WAIT_MS : LOCK_WAIT_MS;
  const opened: Store[] = [];
  const records = new Map<string, Promise<Records>>();
  return {
    canWait: true,
    onQueued: null,
    tellBlock: null, // the daemon alone sends webhooks
    isWanted: () => true, // who started us waits for us
    openRecords: (home, mode) => {
      const known = records.get(mode);
      if (known !== undefined) return known;
      const opening = open({ caller, home, mode, lockWaitMs }).then((found) => {
        if (found.kind === 'open') opened.push(found.store);
        return found;
      });
      records.set(mode, opening);
      return opening;
    },
    close: async () => {
      for (const store of opened) await store.close();
    },
  };
}

interface Opening {
  readonly caller: Caller;
  readonly home: string;
  readonly mode: 'read' | 'write';
  readonly lockWaitMs: number;
}

async function open({ caller, home, mode, lockWaitMs }: Opening): Promise<Records> {
  // loaded only when somebody asks: most hooks need no recordings
  const { findSharedStore, openRecords } = await import('../record/open-records.ts');
  try {
    const isOwn = mode === 'read' && (await findSharedStore(caller)) === null;
    if (isOwn && !(await isThere(join(home, 'store.db')))) return { kind: 'none' };
    if (mode === 'write') {
      const store = await openRecords(caller, { mode, inProcess: true, lockWaitMs }).catch(
        ifLocked,
      );
      if (store !== null) return { kind: 'open', store, isWritable: true };
    }
    const store = await openRecords(caller, { mode: 'read', inProcess: true });
    return { kind: 'open', store, isWritable: false };
  } catch (thrown) {
    return { kind: 'unreadable', why: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** A daemon that holds the lock and did not answer in time: what it recorded can still be read. */
function ifLocked(thrown: unknown): null {
  if (isFault(thrown) && thrown.code === 'STORE_LOCKED') return null;
  throw thrown;
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
