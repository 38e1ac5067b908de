// The witness of objects.slow.ts in every run.
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { START_MS } from '../ways.ts';
import { startBucket } from './bucket.ts';
import { hasPostgres, newDatabase, openOn } from './database.ts';
import { damage, LARGE, NOW, read, record, REPLY } from './object-kit.ts';

// as in a gateway: its undici is loaded first, and is then what Node's own fetch sends through
const before = getGlobalDispatcher();
beforeEach(() => setGlobalDispatcher(new Agent()));
afterEach(() => setGlobalDispatcher(before));

describe.skipIf(!hasPostgres)('large pieces in an object store', { timeout: START_MS }, () => {
  test('lie there, signed for, or in the database while it fails; and go with their records', async () => {
    const bucket = await startBucket();
    const store = await openOn(await newDatabase(), { objects: bucket.place, objectBytesMin: 20 });
    const first = await record(store);
    const { size } = bucket.objects;
    expect(size).toBeGreaterThan(1);
    bucket.fail(503);
    const other = LARGE.toUpperCase();
    const second = await record(store, NOW, other);
    bucket.fail(null);
    expect(bucket.objects.size).toBe(size);
    expect(await read(store, first)).toEqual([LARGE, REPLY]);
    expect(await read(store, second)).toEqual([other, REPLY]);
    expect(await damage(store)).toEqual([]);
    const all = { user: null, session: null, worktree: null, beforeMs: null } as const;
    while ((await store.removeExchanges({ ...all, why: 'erased' }, 'x')) > 0);
    expect([...bucket.objects.keys()]).toEqual([]);
    expect(bucket.refused).toEqual([]);
    await store.close();
    await bucket.close();
  });
});
