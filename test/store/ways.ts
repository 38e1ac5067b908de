// Each way a store can be opened: its tests hold for all of them.
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { hasPostgres, newDatabase, openOn } from './postgres/database.ts';

type Way = readonly [string, (home: string) => Promise<Store>];

export const HERE: Way = [
  'in process',
  (home) => openStore({ home, mode: 'write', inProcess: true }),
];
export const IN_A_THREAD: Way = [
  'in a thread',
  (home) => openStore({ home, mode: 'write', inProcess: false }),
];
/** None where npm has no server for this platform. */
export const POSTGRES: readonly Way[] = hasPostgres
  ? [['on PostgreSQL', async () => openOn(await newDatabase())]]
  : [];

/** The first that needs the server waits for it. */
export const START_MS = 60_000;
