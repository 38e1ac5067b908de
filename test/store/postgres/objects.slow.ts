// Large pieces in an object store: what it does not take, or loses, costs no acknowledged record unnoticed.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LocalStore } from '../../../src/store/upkeep-store.ts';
import { sha256 } from '../store-kit.ts';
import { START_MS } from '../ways.ts';
import { type Bucket, startBucket } from './bucket.ts';
import { damage, LARGE, NOW, read, record, REPLY } from './object-kit.ts';
import { type Database, hasPostgres, newDatabase, openOn, query } from './database.ts';

describe.skipIf(!hasPostgres)('large pieces in an object store', { timeout: START_MS }, () => {
  let [place, bucket, opened]: [Database | null, Bucket | null, LocalStore[]] = [null, null, []];
  beforeEach(async () => {
    [place, bucket, opened] = [await newDatabase(), await startBucket(), []];
  }, START_MS);
  afterEach(async () => {
    for (const store of opened) await store.close();
    await bucket?.close();
  });
  const at = (): { readonly place: Database; readonly bucket: Bucket } => {
    if (place === null || bucket === null) throw new Error('not ready');
    return { place, bucket };
  };
  const openStore = async (secretAccessKey?: string): Promise<LocalStore> => {
    const objects = { ...at().bucket.place, ...(secretAccessKey ? { secretAccessKey } : {}) };
    const store = await openOn(at().place, { objects, objectBytesMin: 20 });
    opened.push(store);
    return store;
  };
  test('they are there, signed for, and come back; rows have their keys', async () => {
    const store = await openStore();
    const id = await record(store);
    const { objects, refused } = at().bucket;
    expect([...objects.keys()]).toEqual(
      Array.from({ length: objects.size }, () =>
        expect.stringMatching(/^team-one\/202605\/\w{32}$/),
      ),
    );
    expect(objects.size).toBeGreaterThanOrEqual(2);
    expect(refused).toEqual([]);
    expect(await read(store, id)).toEqual([LARGE, REPLY]);
    expect(await damage(store)).toEqual([]);
    expect(await store.countStrays()).toBe(0);
  });

  test.each([
    ['answers 500', 500],
    ['answers 503', 503],
    ['cuts every connection', 0],
  ] as const)('where it %s, records stay in the database', async (_, status) => {
    const store = await openStore();
    const before = await record(store);
    const { bucket: there } = at();
    there.fail(status);
    const { size } = there.objects;
    const other = sha256('another request').repeat(2);
    const id = await record(store, NOW, other);
    expect(await read(store, id)).toEqual([other, REPLY]);
    await expect(store.readReply(before)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    there.fail(null);
    expect(there.objects.size).toBe(size);
    expect(await read(store, before)).toEqual([LARGE, REPLY]);
    expect(await damage(store)).toEqual([]);
  });

  test('so they do where the key is wrong', async () => {
    const store = await openStore('another');
    const id = await record(store);
    expect(await read(store, id)).toEqual([LARGE, REPLY]);
    expect(at().bucket.objects.size).toBe(0);
    expect(at().bucket.refused.length).toBeGreaterThan(0);
  });

  test('what is lost is named; what nobody knows is counted; who cannot look is told', async () => {
    const store = await openStore();
    const id = await record(store);
    const { objects } = at().bucket;
    const [name = ''] = [...objects].find(([, bytes]) => bytes.length > 20) ?? [];
    objects.clear();
    expect(await damage(store)).toEqual(['request body']);
    await expect(store.readReply(id)).rejects.toThrow('the object with its bytes is missing');
    for (const stray of ['1', '2', '3', '4']) objects.set(`${name}${stray}`, Buffer.from(stray));
    expect(await store.countStrays()).toBe(4);
    const other = await openOn(at().place);
    opened.push(other);
    await expect(other.readReply(id)).rejects.toMatchObject({ code: 'STORE_REFUSED' });
  });

  test('what is erased or pruned goes, at once or when it can be reached again', async () => {
    const store = await openStore();
    const { objects } = at().bucket;
    const [old, kept] = [await record(store, NOW - 90 * 86_400_000), await record(store)];
    const sessions = await store.listSessions({});
    expect(objects.size).toBeGreaterThan(3);
    const pruned = { user: null, session: null, worktree: null, why: 'pruned' } as const;
    while ((await store.removeExchanges({ ...pruned, beforeMs: NOW - 86_400_000 }, 'x')) > 0);
    expect([...objects.keys()].filter((key) => !key.includes('/202605/'))).toEqual([]);
    expect(await store.findExchange(old)).toBeNull();
    expect(await read(store, kept)).toEqual([LARGE, REPLY]);
    at().bucket.fail(503);
    const erased = { ...pruned, why: 'erased', beforeMs: null, session: sessions[0]?.id ?? null };
    while ((await store.removeExchanges({ ...erased, why: 'erased' }, 'x')) > 0);
    expect(objects.size).toBeGreaterThan(0);
    at().bucket.fail(null);
    await openStore(); // another instance comes by
    expect([...objects.keys()]).toEqual([]);
    expect(await query(at().place, 'SELECT key FROM objects')).toEqual([]);
  });

  test('what was on its way when a gateway was killed goes after an hour', async () => {
    await openStore();
    const { bucket: there } = at();
    const [name, young] = ['202605/aa', '202605/bb'];
    for (const key of [name, young]) there.objects.set(`team-one/${key}`, Buffer.from('x'));
    await query(
      at().place,
      `INSERT INTO objects (key, month, pointer, at_ms) VALUES ('${name}', 202605, '', 1000), ('${young}', 202605, '', ${String(Date.now())})`,
    );
    await openStore();
    expect([...there.objects.keys()]).toEqual([`team-one/${young}`]);
  });
});
