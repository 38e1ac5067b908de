// Many instances on one database: one log without a fork, nothing acknowledged is lost, nothing stays open for ever.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkProof } from '../../../src/log/check-proof.ts';
import type { Store } from '../../../src/store/store.ts';
import { MIGRATIONS } from '../../../src/store/postgres/schema.ts';
import { unpack } from '../../../src/store/packing.ts';
import { draft, ending, newSession, PLACE, sha256, writing } from '../store-kit.ts';
import {
  type Database,
  hasPostgres,
  makeDatabase,
  newDatabase,
  openOn,
  query,
} from './database.ts';
import { startServer } from './server.ts';
import { verifyRecords } from './verify-records.ts';

const START_MS = 60_000;
/** Each ends one connection in five. */
const CUTS = 12;

/** One exchange from begin to end. @returns its id. */
async function record(
  store: Store,
  session: string,
  said: string | { readonly text: string; readonly startedAtMs: number },
): Promise<string> {
  const { text, startedAtMs } = typeof said === 'string' ? { text: said, startedAtMs: 2000 } : said;
  const begun = draft(session, {
    startedAtMs,
    slices: [Buffer.from(text), Buffer.from('shared by all of them')],
  });
  await store.beginExchange(begun);
  await store.appendReply(begun.id, Buffer.from(`reply to ${text}`));
  await store.endExchange(ending(begun.id, { emissions: [writing('a.ts', text)] }));
  return begun.id;
}

const tablesOf = async (place: Database): Promise<readonly unknown[]> =>
  (
    await query(
      place,
      `SELECT relname FROM pg_class WHERE relname ~ '^exchanges_\\d+$' ORDER BY relname`,
    )
  ).map(({ relname }) => relname);

describe.skipIf(!hasPostgres)('a store on PostgreSQL', { timeout: START_MS }, () => {
  let place: Database;
  beforeAll(async () => {
    place = await newDatabase();
  }, START_MS);

  test('four instances append to one log, while their connections are cut', async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => openOn(place)));
    const done: string[] = [];
    const work = stores.map(async (store, i) => {
      const session = await newSession(store);
      for (let k = 0; k < 6; k += 1) done.push(await record(store, session, `${i} ${k}`));
    });
    const cutter = (async () => {
      for (let cut = 0; cut < CUTS; cut += 1)
        await query(
          place,
          `SELECT pg_terminate_backend(pid), pg_sleep(0.03) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < 0.2`,
        );
    })();
    await Promise.all([...work, cutter]);
    const [first] = stores;
    if (first === undefined) throw new Error('no store');
    expect(await verifyRecords(first)).toBe(24);
    const indexes = await Promise.all(
      done.map(async (id) => (await first.findExchange(id))?.logIndex ?? -1),
    );
    expect(new Set(indexes).size).toBe(24);
    expect(Math.min(...indexes)).toBe(0);
    const heads = await Promise.all(stores.map((store) => store.signCheckpoint()));
    expect(new Set(heads.map(({ note }) => note)).size).toBe(1);
    const { proof, vkey } = await first.proveLeaf(7);
    const [entry] = await first.readLog(7, 1);
    expect(checkProof(proof, vkey, entry?.data ?? new Uint8Array())).toMatchObject({
      kind: 'included',
      index: 7,
    });
    await Promise.all(stores.map((store) => store.close()));
  });

  test('what a silent instance left open becomes a record', async () => {
    const other = await newDatabase();
    const silent = await openOn(other, { lapseMs: 3_600_000 });
    const session = await newSession(silent);
    const begun = draft(session, { startedAtMs: Date.UTC(2026, 0, 31) });
    await silent.beginExchange(begun);
    await silent.appendReply(begun.id, Buffer.from('half of it'));
    const second = await record(silent, session, 'of 1970');
    // as if it had been killed an hour ago
    await query(other, `UPDATE instances SET seen = seen - interval '1 hour'`);
    const next = await openOn(other, { lapseMs: 1_800_000 });
    expect(await next.findExchange(begun.id)).toMatchObject({
      outcome: 'interrupted',
      responseBytes: 10,
      logIndex: 1,
    });
    expect(String(await next.readReply(begun.id))).toBe('half of it');
    await expect(silent.endExchange(ending(begun.id))).rejects.toMatchObject({
      code: 'NO_SUCH_EXCHANGE',
    });
    expect(await verifyRecords(next)).toBe(2);
    expect(await next.findExchange(second)).toMatchObject({ logIndex: 0 });
    await silent.close();
    await next.close();
  });

  test('a month goes by dropping its tables, a person row by row; the log says what went', async () => {
    const other = await newDatabase();
    const [store, second] = [await openOn(other), await openOn(other)];
    const [ada, grace] = [await newSession(store), await newSession(store)];
    const [december, january] = [Date.UTC(2025, 11, 30), Date.UTC(2026, 0, 3)];
    const old = [await record(store, ada, { text: 'in december', startedAtMs: december })];
    old.push(await record(store, grace, { text: 'in december too', startedAtMs: december }));
    const kept = await record(store, ada, { text: 'in january', startedAtMs: january });
    const secret = await record(store, grace, { text: 'what grace said', startedAtMs: january });
    expect(await tablesOf(other)).toEqual(['exchanges_202512', 'exchanges_202601']);
    const removal = {
      why: 'pruned',
      beforeMs: january - 86_400_000,
      user: null,
      session: null,
      worktree: PLACE.worktree,
    } as const;
    expect(await store.countRemovable(removal)).toMatchObject({
      exchanges: 2,
      sessions: 2,
      held: [],
    });
    await store.addHold({ session: grace, reason: 'a lawsuit', by: 'Ada', atMs: 1 });
    expect(await store.removeExchanges(removal, 'retention')).toBe(1);
    expect(await tablesOf(other)).toHaveLength(2);
    await store.removeHold(grace);
    expect(await store.removeExchanges(removal, 'retention')).toBe(1);
    expect(await tablesOf(other)).toEqual(['exchanges_202601']);
    expect(await store.removeExchanges(removal, 'retention')).toBe(0);
    for (const id of old) expect(await store.findExchange(id)).toBeNull();
    expect(await store.findGone(0)).toBe('pruned');

    const person = {
      why: 'erased',
      beforeMs: null,
      user: null,
      session: grace,
      worktree: null,
    } as const;
    expect(await store.removeExchanges(person, 'Ada')).toBe(1);
    expect(await store.removeExchanges(person, 'Ada')).toBe(0);
    expect(await store.findExchange(secret)).toBeNull();
    expect(String(await store.readRequest(kept))).toBe('in januaryshared by all of them');
    const left = await query(
      other,
      'SELECT codec, data FROM parts UNION ALL SELECT codec, data FROM replies',
    );
    const texts = left.map((row) =>
      String(
        unpack({
          codec: Number(row['codec']),
          data: Buffer.from(row['data'] instanceof Buffer ? row['data'] : ''),
        }),
      ),
    );
    expect(texts.filter((text) => text.includes('grace'))).toEqual([]);
    // what the other instance remembers of lists is not there any more
    const next = await record(second, ada, { text: 'in january', startedAtMs: january });
    expect(String(await second.readRequest(next))).toBe('in januaryshared by all of them');
    expect(await store.listGone()).toMatchObject([
      { why: 'pruned', count: 1, isSound: true },
      { why: 'pruned', count: 1, isSound: true },
      { why: 'erased', count: 1, isSound: true },
    ]);
    await verifyRecords(store);
    await Promise.all([store.close(), second.close()]);
  });

  test('a changed record, a second key, a reader who writes, a newer version', async () => {
    const other = await newDatabase();
    const store = await openOn(other);
    const id = await record(store, await newSession(store), 'to be changed');
    await store.signCheckpoint();
    const twin = { name: 'log.example/two', seed: Buffer.alloc(32, 9) };
    await expect(openOn(other, { signer: () => twin })).rejects.toMatchObject({
      code: 'LOG_KEY_WRONG',
    });
    const reader = await openOn(other, { mode: 'read', signer: () => null });
    expect(await reader.findExchange(id)).toMatchObject({ outcome: 'ok' });
    expect(await reader.signCheckpoint()).toEqual(await store.signCheckpoint());
    await expect(reader.appendLog(Buffer.from('x'))).rejects.toMatchObject({
      code: 'STORE_LOCKED',
    });
    await reader.close();
    await query(other, `UPDATE replies SET sha256 = sha256(sha256)`);
    expect(await store.checkRecords(0, 1)).toMatchObject([{ damage: 'reply body' }]);
    await query(other, `UPDATE exchanges SET url = '/other'`);
    const [check] = await store.checkRecords(0, 1);
    const [entry] = await store.readLog(0, 1);
    expect(String(check?.expected)).not.toBe(String(entry?.data));
    await query(other, `UPDATE meta SET value = '99' WHERE name = 'version'`);
    await expect(openOn(other)).rejects.toMatchObject({ code: 'STORE_NEWER' });
    await store.close();
    await expect(store.logSize()).rejects.toThrow('closed');
  });

  test('who is not let in is told so; a server that is not there is waited for, and not for ever', async () => {
    const wrong = { ...place, password: 'x' };
    await expect(openOn(wrong)).rejects.toMatchObject({ code: 'STORE_REFUSED' });
    const away = { url: 'postgres://aitrail@127.0.0.1:1/db', password: sha256('never sent') };
    const asked = openOn(away, { patienceMs: 50 });
    await expect(asked).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    await expect(asked).rejects.not.toMatchObject({
      message: expect.stringContaining(away.password),
    });
  });

  test('no list of words stands before the index: of months that come, and of those that an older version made', async () => {
    const own = await newDatabase();
    const write = async (): Promise<void> => {
      const store = await openOn(own);
      await record(store, await newSession(store), 'a word');
      await store.close();
    };
    const options = async (): Promise<readonly unknown[]> =>
      (
        await query(own, `SELECT reloptions FROM pg_class WHERE relname = 'texts_197001_words_idx'`)
      ).map(({ reloptions }) => reloptions);
    await write();
    expect(await options()).toEqual([['fastupdate=off']]);
    await query(own, 'ALTER INDEX texts_197001_words_idx RESET (fastupdate)');
    await query(own, MIGRATIONS.find((script) => script.includes('fastupdate')) ?? '');
    expect(await options()).toEqual([['fastupdate=off']]);
  });

  test('a reader proves what no writer has summed up: tiles that filled while gateways were killed', async () => {
    const other = await newDatabase();
    const writer = await openOn(other, { signer: () => null });
    const add = (at: number): Promise<unknown> =>
      writer.addEvent({
        id: `v${'0'.repeat(19)}${String(1000 + at)}`,
        kind: 'used',
        atMs: at,
        detail: {},
      });
    for (let at = 0; at < 600; at += 100)
      await Promise.all(Array.from({ length: 100 }, (_, next) => add(at + next)));
    const reader = await openOn(other, { mode: 'read' });
    const early = await reader.proveLeaf(7);
    await writer.close();
    const signing = await openOn(other);
    expect(await signing.signCheckpoint()).toMatchObject({ size: 600 });
    expect(await reader.proveLeaf(7)).toEqual(early);
    for (const store of [reader, signing]) await store.close();
  });

  test('the server is killed and started again: every acknowledged record is there, once', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'postgres-'));
    let server = await startServer(directory, 'a password');
    const store = await openOn(await makeDatabase(server), { patienceMs: 60_000 });
    const session = await newSession(store);
    const done: string[] = [];
    const state = { isOver: false };
    const work = [1, 2, 3, 4].map(async (i) => {
      for (let k = 0; !state.isOver; k += 1) done.push(await record(store, session, `${i} ${k}`));
    });
    const before = done.length;
    while (done.length < before + 8) await store.logSize();
    await server.kill();
    server = await startServer(directory, server.password);
    const after = done.length;
    while (done.length < after + 8) await store.logSize();
    state.isOver = true;
    await Promise.all(work);
    expect(await verifyRecords(store)).toBe(done.length);
    expect((await store.listExchanges(session)).map(({ id }) => id).toSorted()).toEqual(
      done.toSorted(),
    );
    expect(await store.findSession(session)).toMatchObject({ exchanges: done.length });
    expect(
      (await Promise.all(done.map((id) => store.readReply(id))))
        .map(String)
        .every((text) => /^reply to \d \d+$/.test(text)),
    ).toBe(true);
    await store.close();
    await server.stop();
    rmSync(directory, { recursive: true });
  });
});
