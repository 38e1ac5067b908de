// Opens the recordings of this machine, or those of the team that its configuration names. Loads no more than it must: most
// machines have a store of their own, and hooks wait for this.
import { stateHome } from '../../config/places.ts';
import type { Caller } from '../../model/caller.ts';
import type { SharedStore } from '../../model/team.ts';
import type { LocalStore } from '../../store/upkeep-store.ts';
import { readTeamPlaces } from './team-places.ts';

export interface RecordsOptions {
  /** As openStore's. */
  readonly mode: 'write' | 'read';
  readonly inProcess?: boolean;
  readonly lockWaitMs?: number;
}

/** @throws Fault as openStore and openSharedStore; CONFIG_INVALID where the file that names a team's store is wrong. */
export async function openRecords(caller: Caller, options: RecordsOptions): Promise<LocalStore> {
  const shared = await findSharedStore(caller);
  if (shared === null) {
    const { openStore } = await import('../../store/open-store.ts');
    return openStore({ home: stateHome(caller.env), ...options });
  }
  const { openSharedStore } = await import('./open-shared-store.ts');
  return openSharedStore(caller, shared, options.mode);
}

/** @returns null where the recordings are this machine's own. */
export const findSharedStore = async (caller: Caller): Promise<SharedStore | null> =>
  (await readTeamPlaces(caller, 'store'))?.store ?? null;
