// Taking away and holding, as a team's store does it.
import type { UpkeepStore } from '../upkeep-store.ts';
import type { Core } from './core.ts';
import { countStrays } from './object-rows.ts';
import type { Objects } from './objects.ts';
import * as removal from './removal.ts';

/** @param objects null: all lies in rows. */
export function upkeepCalls(core: Core, objects: Objects | null): UpkeepStore {
  const { ask } = core.sql;
  return {
    countRemovable: (wanted) => removal.countRemovable(ask, wanted),
    listWorktrees: (beforeMs) => removal.listWorktrees(ask, beforeMs),
    removeExchanges: (wanted, by) => removal.removeExchanges(core, wanted, by),
    addHold: (hold) => removal.addHold(ask, hold),
    removeHold: (session) => removal.removeHold(ask, session),
    listHolds: () => removal.listHolds(ask),
    listGone: () => removal.listGone(ask),
    findGone: (logIndex) => removal.findGone(ask, logIndex),
    countStrays: () => countStrays(ask, objects),
    // the removal that finds nothing left has swept already; the server gives free space back by itself
    isUnswept: () => Promise.resolve(false),
    findGarbage: () => Promise.resolve({ lists: [], parts: [], mark: NOTHING_MARKED }),
    dropGarbage: () => Promise.resolve(),
    dropFingerprints: () => Promise.resolve(null),
    compact: () => Promise.resolve(false),
  };
}

const NOTHING_MARKED = { list: 0, exchange: 0, observation: 0, open: [] };
