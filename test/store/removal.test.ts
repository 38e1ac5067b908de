// Taking recordings away: what nobody else refers to is gone from every file, what somebody does is whole, and the log
// says what happened.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkLog } from '../../src/flow/log/check-log.ts';
import { removeRecordings } from '../../src/flow/keep/remove-recordings.ts';
import { parseSearch } from '../../src/model/search-query.ts';
import type { Removal } from '../../src/model/removal.ts';
import { openForReading } from '../../src/store/database.ts';
import { unpack } from '../../src/store/packing.ts';
import type { LocalStore } from '../../src/store/upkeep-store.ts';
import { draft, ending, newHome, newSession, openHere, PLACE, writing } from './store-kit.ts';

let home: string;
let store: LocalStore;

beforeEach(async () => {
  home = newHome();
  store = await openHere(home);
});
afterEach(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

const filler = (seed: string): string => `${seed} `.repeat(40);

interface Said {
  readonly id: string;
  readonly slices: readonly string[];
  readonly atMs?: number;
  readonly text?: string;
}

async function say(session: string, { id, slices, atMs = 2000, text = id }: Said): Promise<void> {
  const parts = slices.map((slice) => Buffer.from(filler(slice)));
  await store.beginExchange(draft(session, { id, slices: parts, startedAtMs: atMs }));
  await store.appendReply(id, Buffer.from(filler(`reply-${id}`)));
  const lines = [[id.length, 7, 9]];
  await store.addObservations([
    { ...PLACE, path: `${id}.ts`, atMs, exchange: id, moment: 'before', blob: null, lines },
  ]);
  await store.endExchange(
    ending(id, {
      endedAtMs: atMs + 10,
      texts: [{ kind: 'prompt', text }],
      emissions: [
        writing(`${id}.ts`, filler(`code-${id}`), { fingerprints: [id.length * 1000, 5] }),
      ],
    }),
  );
}

const removal = (more: Partial<Removal>): Removal => ({
  why: 'erased',
  beforeMs: null,
  user: null,
  session: null,
  worktree: null,
  ...more,
});

const remove = (wanted: Partial<Removal>): Promise<number> =>
  removeRecordings({ store, home, by: 'Ada' }, [removal(wanted)]);

const request = async (id: string): Promise<string> =>
  Buffer.from(await store.readRequest(id)).toString('utf8');

/** Every stored content, and every byte of every file. */
function holdings(): string {
  const database = openForReading(home);
  const parts = database
    .all<{ codec: number; data: Uint8Array }>('SELECT codec, data FROM parts')
    .map(({ codec, data }) => Buffer.from(unpack({ codec, data })).toString());
  const counts = ['parts', 'lists', 'fingerprints', 'emissions', 'observations', 'sessions'].map(
    (table) =>
      `${table} ${database.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n ?? 0}`,
  );
  database.close();
  const files = readdirSync(home)
    .filter((name) => name.startsWith('store.db'))
    .map((name) => readFileSync(join(home, name), 'latin1'));
  return [...parts, ...counts, ...files].join('\n');
}

const check = () => checkLog({ cwd: home, env: { AITRAIL_HOME: home, HOME: home, PATH: '' } });

test('an erased session leaves nothing; what another one shares with it is whole', async () => {
  const [gone, stays] = [await newSession(store), await newSession(store)];
  await say(gone, { id: 'xg1', slices: ['shared', 'secretplan'], text: 'quetzalword' });
  await say(gone, { id: 'xg22', slices: ['shared', 'secretplan', 'more'] });
  await say(stays, { id: 'xs333', slices: ['shared', 'own'] });
  expect(await remove({ session: gone })).toBe(2);
  expect(await request('xs333')).toBe(filler('shared') + filler('own'));
  const held = holdings();
  for (const word of ['secretplan', 'reply-xg1', 'code-xg1', 'quetzalword', gone])
    expect(held.includes(word), word).toBe(false);
  expect(held).toContain('shared');
  expect(held).toMatch(/fingerprints 2\nemissions 1\nobservations 1\nsessions 1/);
  expect(await store.searchExchanges(parseSearch('quetzalword'), 5)).toEqual([]);
  expect(await store.findSession(gone)).toBeNull();
  expect(await check()).toMatchObject({ erased: 2, pruned: 0, recordsChecked: 2 });
});

test('a conversation goes on whose beginning went', async () => {
  const session = await newSession(store);
  await say(session, { id: 'x1', slices: ['head', 'a', 'b', 'old-end'] });
  await say(session, { id: 'x22', slices: ['head', 'a', 'b', 'c', 'end'], atMs: 9000 });
  expect(await remove({ why: 'pruned', beforeMs: 5000 })).toBe(1);
  expect(await request('x22')).toBe(['head', 'a', 'b', 'c', 'end'].map(filler).join(''));
  expect(holdings()).not.toContain('old-end');
  await say(session, { id: 'x333', slices: ['head', 'a', 'b', 'c', 'd', 'end'], atMs: 9500 });
  expect(await request('x333')).toBe(['head', 'a', 'b', 'c', 'd', 'end'].map(filler).join(''));
  expect(await check()).toMatchObject({ pruned: 1, erased: 0 });
});

test('content that comes back while it is being cleared away stays', async () => {
  const [first, second] = [await newSession(store), await newSession(store)];
  await say(first, { id: 'x1', slices: ['one', 'two'] });
  await store.removeExchanges(removal({ session: first }), 'Ada');
  const garbage = await store.findGarbage();
  await say(second, { id: 'x22', slices: ['one', 'three'] });
  await store.dropGarbage(garbage);
  expect(await request('x22')).toBe(filler('one') + filler('three'));
  expect(holdings()).not.toContain('two two');
  expect(await check()).toMatchObject({ erased: 1 });
});

test('a removal that was cut off is ended by the next', async () => {
  const session = await newSession(store);
  await say(session, { id: 'x1', slices: ['leftover'] });
  await store.removeExchanges(removal({ session }), 'Ada');
  expect(await store.isUnswept()).toBe(true);
  expect(holdings()).toContain('leftover');
  await store.close();
  store = await openHere(home);
  expect(await remove({ session: 'none' })).toBe(0);
  expect(await store.isUnswept()).toBe(false);
  expect(holdings()).not.toContain('leftover');
});

test('what is under way stays, and what is held', async () => {
  const [open, held] = [await newSession(store), await newSession(store)];
  await store.beginExchange(draft(open, { id: 'xopen' }));
  await say(held, { id: 'x22', slices: ['kept'] });
  const hold = { session: held, reason: 'case 42', by: 'Ada', atMs: 5 };
  await store.addHold(hold);
  expect(await store.countRemovable(removal({ user: 'ADA@example.com' }))).toMatchObject({
    exchanges: 0,
    held: [hold],
  });
  expect(await remove({ user: 'Ada' })).toBe(0);
  await store.removeHold(held);
  expect(await remove({ user: 'Ad' })).toBe(0); // no whole name
  expect(await remove({ user: 'Ada' })).toBe(1);
  expect(await store.findExchange('xopen')).toMatchObject({ outcome: 'open' });
});

test('a record that goes without a word is missed', async () => {
  const session = await newSession(store);
  await say(session, { id: 'x1', slices: ['a'] });
  await say(session, { id: 'x22', slices: ['b'] });
  await remove({ session });
  expect(await check()).toMatchObject({ erased: 2 });
  await say(await newSession(store), { id: 'x333', slices: ['c'] });
  await store.close();
  const { DatabaseSync } = await import('@photostructure/sqlite');
  const file = new DatabaseSync(join(home, 'store.db'));
  file.exec(`DELETE FROM exchanges WHERE id = 'x333'`);
  await expect(check()).rejects.toMatchObject({ code: 'LOG_BROKEN' });
  const event = file.prepare(`SELECT id FROM events WHERE kind = 'erased'`).get();
  file.prepare('INSERT INTO gone VALUES (3, ?)').run(String(event?.['id']));
  await expect(check()).rejects.toMatchObject({ code: 'LOG_BROKEN' });
  file.close();
  store = await openHere(home);
});
