// Opens the store for one question and closes it again, beside whoever is writing.
import type { Caller } from '../../model/caller.ts';
import type { LocalStore } from '../../store/upkeep-store.ts';
import { openRecords } from '../record/open-records.ts';

/** @throws Fault STORE_UNREADABLE, STORE_NEWER, and what `ask` throws. */
export async function readStore<T>(
  caller: Caller,
  ask: (store: LocalStore) => Promise<T>,
): Promise<T> {
  const store = await openRecords(caller, { mode: 'read' });
  try {
    return await ask(store);
  } finally {
    await store.close();
  }
}
