// A conversation that resends its whole history with every turn must cost what is new in it.
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openForReading } from '../../src/store/database.ts';
import { formatCounts, parseCounts } from '../../src/model/counts.ts';
import { draft, ending, newHome, newSession, openHere, PLACE, writing } from './store-kit.ts';

/** Text that packs about as well as prose and code do. */
const prose = (bytes: number): string =>
  randomBytes(bytes / 4)
    .toString('hex')
    .padEnd(bytes, 'the word ');

const sizeOf = (home: string): number => statSync(join(home, 'store.db')).size;

/** What the database holds, log included, also where the WAL holds it still. */
function pagesBytes(home: string): number {
  const database = openForReading(home);
  const row = database.get<{ bytes: number }>(
    'SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size',
  );
  database.close();
  return row?.bytes ?? 0;
}

async function recordTurns(
  turns: number,
): Promise<{ size: number; halfSize: number; unique: number; wire: number }> {
  const home = newHome();
  const store = await openHere(home);
  const session = await newSession(store);
  const system = Buffer.from(prose(20_000));
  const history: Buffer[] = [];
  let [unique, wire, halfSize] = [system.length, 0, 0];
  for (let turn = 0; turn < turns; turn += 1) {
    const message = Buffer.from(`{"role":"user","content":"${turn} ${prose(1200)}"},`);
    const reply = Buffer.from(`{"role":"assistant","content":"${turn} ${prose(2000)}"},`);
    history.push(message);
    const slices = [
      Buffer.from('{"system":"'),
      system,
      Buffer.from('","messages":['),
      ...history,
      Buffer.from(']}'),
    ];
    const begun = draft(session, { slices });
    await store.beginExchange(begun);
    await store.appendReply(begun.id, reply);
    await store.endExchange(ending(begun.id));
    // reading walks the chain of shared lists: now and then is enough
    const isRead = turn % 50 === 0;
    const back = isRead ? Buffer.from(await store.readRequest(begun.id)) : null;
    expect(back).toEqual(isRead ? Buffer.concat(slices) : null);
    if (turn === turns / 2) halfSize = pagesBytes(home);
    unique += message.length + reply.length;
    wire += slices.reduce((sum, slice) => sum + slice.length, 0) + reply.length;
    // the client spells the answer its own way when it sends it again
    history.push(Buffer.from(`{"role":"assistant","content":[${turn}]},`));
  }
  await store.close();
  return { size: sizeOf(home), halfSize, unique, wire };
}

test('200 turns: linear in what is new, 1/50 of what crossed the wire', async () => {
  const { size, halfSize, unique, wire } = await recordTurns(200);
  expect(size).toBeLessThan(1.3 * unique);
  expect(size * 50).toBeLessThan(wire);
  expect(size / halfSize).toBeLessThan(2.2);
}, 60_000);

test('an observed file costs again only what changed in it', async () => {
  const home = newHome();
  const store = await openHere(home);
  const lines = Array.from({ length: 3000 }, () =>
    Array.from({ length: 8 }, () => randomBytes(6).readUIntBE(0, 6)),
  );
  const seen = {
    repository: PLACE.repository,
    worktree: PLACE.worktree,
    path: 'a.ts',
    atMs: 1,
    exchange: 'x',
    moment: 'before',
    blob: null,
  } as const;
  await store.addObservations([{ ...seen, lines }]);
  const once = await sizeAfterClose(store, home);
  const again = await openHere(home);
  for (let i = 0; i < 50; i += 1)
    await again.addObservations([{ ...seen, atMs: i, lines: lines.with(i * 50, [i]) }]);
  const found = await again.findObservations(PLACE.repository, ['a.ts']);
  expect(found).toHaveLength(51);
  expect(found[50]?.lines[49 * 50]).toEqual([49]);
  expect(found[50]?.lines.length).toBe(3000);
  expect(await sizeAfterClose(again, home)).toBeLessThan(2.5 * once);
});

test('a fingerprint that is everywhere finds the newest and costs no more', async () => {
  const store = await openHere(newHome());
  const session = await newSession(store);
  for (let i = 0; i < 100; i += 1) {
    const begun = draft(session);
    await store.beginExchange(begun);
    const emissions = [writing(`f${i}.ts`, String(i), { fingerprints: [7, 1000 + i] })];
    await store.endExchange(ending(begun.id, { emissions, endedAtMs: 3000 + i }));
  }
  const ask = (fingerprints: readonly number[], more: object = {}) =>
    store.findEmissions({ repository: PLACE.repository, paths: [], fingerprints, ...more });
  const common = await ask([7]);
  expect(common).toHaveLength(64);
  expect(common.at(-1)?.path).toBe('f99.ts');
  expect((await ask([1003])).map(({ path }) => path)).toEqual(['f3.ts']);
  expect(await ask([1003], { untilMs: 3002 })).toEqual([]);
  expect((await ask([], { paths: ['f5.ts', 'f5.ts'] })).map(({ path }) => path)).toEqual(['f5.ts']);
  expect(await ask([5])).toEqual([]);
  await store.close();
});

test.each([[[]], [[0, 127, 128, 16_384, 2 ** 32, 2 ** 53 - 1]]])('counts come back: %j', (counts) =>
  expect(parseCounts(formatCounts(counts))).toEqual(counts),
);

async function sizeAfterClose(
  store: { close: () => Promise<void> },
  home: string,
): Promise<number> {
  await store.close();
  return sizeOf(home);
}
