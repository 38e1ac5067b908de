// Opens the store: in a thread of its own for whoever writes all day, in this thread for a command that asks once.
import { openEmbeddedStore, type EmbeddedOptions } from './embedded-store.ts';
import { storeOf } from './store-of.ts';
import { openStoreThread } from './store-thread.ts';
import type { LocalStore } from './upkeep-store.ts';

interface StoreOptions {
  /** State directory: src/config/places.ts. */
  readonly home: string;
  /** `read` opens beside a running writer; where nothing was recorded yet it is an empty store. */
  readonly mode: 'write' | 'read';
  /** Default: in this thread for `read`, in one of its own for `write`. */
  readonly inProcess?: boolean;
  /** How long to wait for another writer. Default 1 s. */
  readonly lockWaitMs?: number;
}

/**
 * Opens the store. The promise of a writing call resolves after its commit.
 *
 * @throws Fault STORE_LOCKED, STORE_NEWER, STORE_UNREADABLE, STORE_FULL.
 */
export async function openStore(options: StoreOptions): Promise<LocalStore> {
  const { home, mode, lockWaitMs = 1000 } = options;
  const isHere = options.inProcess ?? mode === 'read';
  const embedded = { home, mode, lockWaitMs };
  return isHere ? openHere(embedded) : openStoreThread(embedded);
}

function openHere(options: EmbeddedOptions): LocalStore {
  const store = openEmbeddedStore(options);
  let isOpen = true;
  return storeOf(
    (name, ...args) =>
      new Promise((resolve) => {
        if (!isOpen) throw new Error('the store is closed');
        resolve(store.calls[name](...args));
      }),
    async () => {
      if (isOpen) store.close();
      isOpen = false;
    },
  );
}
