// When what was said is in the text index: a writer with a thread of its own gets to it once it rests, and whoever asks
// the writer never sees that.
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseSearch } from '../../src/model/search-query.ts';
import { openForReading } from '../../src/store/database.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { LocalStore } from '../../src/store/upkeep-store.ts';
import { draft, ending, newHome, newSession, PLACE } from './store-kit.ts';

const COUNT = 30;
/** Enough of them are more than the writer lets wait. */
const LONG = 'words of a long prompt '.repeat(10_000);

let home: string;
let store: LocalStore;
let session: string;

beforeEach(async () => {
  home = newHome();
  store = await openStore({ home, mode: 'write', inProcess: false });
  session = await newSession(store);
});
afterEach(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

/** All at once: no quiet moment lies between them. */
const speak = (text: string): Promise<unknown> =>
  Promise.all(
    Array.from({ length: COUNT }, async (_, i) => {
      await store.beginExchange(draft(session, { id: `x${i}` }));
      await store.endExchange(
        ending(`x${i}`, { texts: [{ kind: 'prompt', text: `zebra ${text}` }] }),
      );
    }),
  );

const zebras = async (asked: LocalStore): Promise<number> =>
  (await asked.searchExchanges(parseSearch('zebra'), 100)).length;

/** What another process sees. */
function read(sql: string): number {
  const database = openForReading(home);
  try {
    return database.get<{ n: number }>(sql)?.n ?? -1;
  } finally {
    database.close();
  }
}

const countUnindexed = (): number => read('SELECT count(*) AS n FROM exchanges WHERE indexed = 0');

test.each([
  ['short texts', ''],
  ['more than may wait', LONG],
])('the writer finds at once what has just ended: %s', async (_, text) => {
  await speak(text);
  expect(await zebras(store)).toBe(COUNT);
});

test('others find it once the writer rests', async () => {
  await speak('');
  while (countUnindexed() > 0) await sleep(10);
  const reader = await openStore({ home, mode: 'read' });
  expect(await zebras(reader)).toBe(COUNT);
  await reader.close();
});

test('a writer that leaves has indexed all', async () => {
  await speak('');
  await store.close();
  expect(countUnindexed()).toBe(0);
});

test('words of what is taken away do not come after it', async () => {
  await speak('');
  const what = { user: null, session: null, worktree: PLACE.worktree, beforeMs: null };
  await store.removeExchanges({ ...what, why: 'erased' }, 'ada');
  await store.close();
  expect(read('SELECT count(*) AS n FROM texts')).toBe(0);
});
