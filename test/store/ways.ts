// Each way a store can be opened: its tests hold for all of them.
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import type { ObjectPlace } from '../../src/store/postgres/objects.ts';
import { type Bucket, startBucket } from './postgres/bucket.ts';
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
const ON_POSTGRES: Way = ['on PostgreSQL', async () => openOn(await newDatabase())];
const WITH_OBJECTS: Way = [
  'on PostgreSQL with an object store',
  async () => openOn(await newDatabase(), { objects: await aBucket(), objectBytesMin: 12 }),
];

/** None where npm has no server for this platform. With objects in test/store/with-objects.slow.ts: thousands of requests. */
export const POSTGRES: readonly Way[] = hasPostgres
  ? [process.env['AITRAIL_TEST_OBJECTS'] === '1' ? WITH_OBJECTS : ON_POSTGRES]
  : [];

let bucket: Promise<Bucket> | null = null;

/** One for the file: it ends with the worker. */
const aBucket = async (): Promise<ObjectPlace> => {
  bucket ??= startBucket();
  return (await bucket).place;
};

/** The first that needs the server waits for it. */
export const START_MS = 60_000;
