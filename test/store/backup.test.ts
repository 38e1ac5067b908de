// A backup taken beside a writer, and what a log says that was restored from one.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkLog } from '../../src/flow/log/check-log.ts';
import { checkAgainstLog } from '../../src/flow/log/query-log.ts';
import { parseSearch } from '../../src/model/search-query.ts';
import { restoreBackup, writeBackup } from '../../src/store/backup.ts';
import type { LocalStore } from '../../src/store/upkeep-store.ts';
import { draft, ending, newHome, newSession, openHere } from './store-kit.ts';

let home: string;
let store: LocalStore;
let session: string;
let file: string;

const say = async (id: string): Promise<void> => {
  await store.beginExchange(draft(session, { id }));
  await store.appendReply(id, Buffer.from('reply'));
  await store.endExchange(ending(id, { texts: [{ kind: 'answer', text: `word${id}` }] }));
};

const callerAt = (place: string) => ({
  cwd: place,
  env: { AITRAIL_HOME: place, HOME: place, PATH: '' },
});

beforeEach(async () => {
  home = newHome();
  file = join(home, 'copy.backup');
  store = await openHere(home);
  session = await newSession(store);
  await say('x1');
  await say('x2');
});
afterEach(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

test('a copy taken while somebody writes is whole, private, and holds no private key', async () => {
  await store.beginExchange(draft(session, { id: 'xopen' }));
  const facts = writeBackup(home, file);
  expect(facts).toMatchObject({ size: 2 });
  const key = readFileSync(join(home, 'keys', 'log.key'), 'utf8').trim();
  expect(readFileSync(file, 'latin1')).not.toContain(key.split('+').at(-1));
  expect(() => writeBackup(home, file)).toThrow(/it is there already/);
  expect(readdirSync(home).filter((name) => name.includes('.part'))).toEqual([]);
});

test('a restored log goes on, says from where, and what came after the copy is lost, not forged', async () => {
  writeBackup(home, file);
  const before = await store.signCheckpoint();
  await say('x3');
  const later = await store.signCheckpoint();
  await store.close();
  restoreBackup(home, file, 'Ada');
  store = await openHere(home);
  expect(await store.findExchange('x3')).toBeNull();
  expect((await store.searchExchanges(parseSearch('wordx2'), 5)).length).toBe(1);
  const now = await store.signCheckpoint();
  expect([now.size, now.vkey === before.vkey]).toEqual([3, false]);
  expect(await store.listEvents({ limit: 1 })).toMatchObject([
    { kind: 'restored', detail: { vkey: before.vkey, leaves: 2, by: 'Ada' } },
  ]);
  expect(await checkAgainstLog(callerAt(home), before.note)).toMatchObject({
    kind: 'ours',
    size: 2,
  });
  expect(await checkAgainstLog(callerAt(home), later.note)).toMatchObject({
    kind: 'restored',
    size: 3,
    leaves: 2,
  });
  session = await newSession(store);
  await say('x4');
  expect(await checkLog(callerAt(home))).toMatchObject({ size: 4, recordsChecked: 4 });
});

test('on another machine too, where nothing was recorded yet', async () => {
  writeBackup(home, file);
  const other = newHome();
  restoreBackup(other, file, 'Ada');
  expect(await checkLog(callerAt(other))).toMatchObject({ size: 3 });
  rmSync(other, { recursive: true, force: true });
});

test.each([
  ['no database', (copy: string) => writeFileSync(copy, 'hello')],
  [
    'bytes that were changed',
    (copy: string) => {
      const bytes = readFileSync(copy);
      bytes.fill(0x41, bytes.length - 6000, bytes.length - 200);
      writeFileSync(copy, bytes);
    },
  ],
  [
    'a time that is none',
    (copy: string) => {
      const database = new DatabaseSync(copy);
      database.exec(
        "UPDATE backup SET value = json_set(value, '$.atMs', 'soon') WHERE name = 'facts'",
      );
      database.close();
    },
  ],
])('%s is no backup, and the store stays as it was', async (_, spoil) => {
  writeBackup(home, file);
  spoil(file);
  await store.close();
  expect(() => restoreBackup(home, file, 'Ada')).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/BACKUP_INVALID|STORE_UNREADABLE/) }),
  );
  expect(existsSync(join(home, 'store.db.restoring'))).toBe(false);
  store = await openHere(home);
  expect((await store.findExchange('x2'))?.id).toBe('x2');
});

test('who writes the store is not restored over', () => {
  writeBackup(home, file);
  expect(() => restoreBackup(home, file, 'Ada')).toThrow(/writing/);
}, 30_000);
