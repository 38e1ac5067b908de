// The calls that take recordings away, answered from the embedded store's tables.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, emptyWriteAhead, refine } from './database.ts';
import { dropFingerprints, dropGarbage, findGarbage } from './garbage.ts';
import * as removal from './removal-rows.ts';
import type { Core } from './store-calls.ts';
import type { SyncStore } from './sync-store.ts';
import { indexAll } from './text-queue.ts';
import type { UpkeepStore } from './upkeep-store.ts';

export function upkeepCalls(core: Core): Pick<SyncStore, keyof UpkeepStore> {
  const { database, memory, write } = core;
  /** What is remembered of lists may be what goes. */
  const forgetting = <T>(work: () => T): T => {
    memory.lists.clear();
    return write(() => {
      indexAll(database, memory.texts); // words of what goes must not come after it
      return work();
    });
  };
  return {
    countRemovable: (wanted) => refine(() => removal.countRemovable(database, wanted)),
    listWorktrees: (beforeMs) => refine(() => removal.listWorktrees(database, beforeMs)),
    removeExchanges: (wanted, by) =>
      forgetting(() => removal.removeExchanges(database, wanted, by)),
    findGarbage: () => refine(() => findGarbage(database)),
    dropGarbage: (garbage) => {
      // for each part SQLite would read through all tables that refer to parts: that is what finding them was for
      database.exec('PRAGMA foreign_keys = OFF');
      try {
        forgetting(() => dropGarbage(database, garbage));
      } finally {
        database.exec('PRAGMA foreign_keys = ON');
      }
    },
    dropFingerprints: (from) => write(() => dropFingerprints(database, from)),
    isUnswept: () => refine(() => removal.isUnswept(database)),
    compact: (isFirst) => refine(() => compact(core, isFirst)),
    addHold: (hold) => write(() => removal.addHold(database, hold)),
    removeHold: (session) => write(() => removal.removeHold(database, session)),
    listHolds: () => refine(() => removal.listHolds(database)),
    listGone: () => refine(() => removal.listGone(database)),
    countStrays: () => 0, // all lies in one file
    findGone: (logIndex) => refine(() => removal.findGone(database, logIndex)),
  };
}

/** Each record's words come as a segment of their own: together they take two thirds. Bounded, for a large store. */
export function settleIndex(database: Database): void {
  // who wrote one event and leaves has better things to do
  if (changesOf(database) < SETTLED_CHANGES) return;
  try {
    database.exec(
      `INSERT INTO texts (texts, rank) VALUES ('merge', -${STEP_PAGES}); PRAGMA incremental_vacuum(${STEP_PAGES})`,
    );
  } catch {
    // a full disk: nothing is lost, the next writer has the same to do
  }
}

/** Rows that a connection wrote. */
const changesOf = (database: Database): number =>
  database.get<{ n: number }>('SELECT total_changes() AS n')?.n ?? 0;

const SETTLED_CHANGES = 200;
/** Pages of work in one step. */
const STEP_PAGES = 500;

/** Deleted words stay in the index until its segments are merged; copies from before an upgrade hold all there was. */
function compact({ database, home, write }: Core, isFirst: boolean): boolean {
  const before = changesOf(database);
  write(() =>
    database.run(`INSERT INTO texts (texts, rank) VALUES ('merge', ?)`, [
      isFirst ? -STEP_PAGES : STEP_PAGES,
    ]),
  );
  // sqlite.org/fts5.html#the_merge_command: less than two changes mean that there was nothing to do
  if (changesOf(database) - before >= 2) return true;
  const free = (): number =>
    database.get<{ freelist_count: number }>('PRAGMA freelist_count')?.freelist_count ?? 0;
  const freeBefore = free();
  database.exec(`PRAGMA incremental_vacuum(${STEP_PAGES})`);
  // where the database cannot shrink the count stays: free pages are zeroed and used again
  if (free() > 0 && free() < freeBefore) return true;
  for (const name of readdirSync(home))
    if (/^store\.db\.(?:v\d+|replaced)$/.test(name)) rmSync(join(home, name), { force: true });
  write(() => removal.setSwept(database));
  emptyWriteAhead(database);
  return false;
}
