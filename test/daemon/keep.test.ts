// Retention, erasure and holds as people type them, with the daemon at work and without it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eraseRecordings } from '../../src/flow/keep/erase.ts';
import { holdSession, listHolds, releaseSession } from '../../src/flow/keep/hold-session.ts';
import { pruneRecordings } from '../../src/flow/keep/prune.ts';
import { checkLog } from '../../src/flow/log/check-log.ts';
import { openSession } from '../../src/flow/session/open-session.ts';
import {
  connectionsTo,
  listAll,
  makeWorld,
  type Model,
  post,
  type Service,
  startModel,
  startService,
  withStore,
  type World,
} from './world.ts';

let world: World;
let model: Model;
let service: Service | null = null;

beforeAll(async () => {
  world = makeWorld();
  model = await startModel((_asked, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ type: 'message', content: [{ type: 'text', text: 'fine' }] }));
  });
  world.configure(`${connectionsTo(model.url)}\nretention: 30d\n`);
});

const stop = async (): Promise<void> => {
  await service?.stop();
  service = null;
};

afterAll(async () => {
  await model.close();
  world.remove();
});

/** @returns its session. */
async function talk(words: readonly string[]): Promise<string> {
  const session = await openSession(world.caller, { agent: null, script: 'not needed' });
  for (const content of words) {
    const body = { model: 'm', messages: [{ role: 'user', content }] };
    await (await post(`${session.baseUrl('anthropic')}/v1/messages`, body)).text();
  }
  return (await listAll(world)).at(-1)?.session ?? '';
}

const NOW = { olderThanMs: 0, isDryRun: false } as const;
const all = { user: 'ada@example.com', session: null, beforeMs: null, isDryRun: false } as const;
const kinds = () =>
  withStore(world, async (store) =>
    (await store.listEvents({ limit: 100 })).map(({ kind }) => kind).toReversed(),
  );

describe.each([['with the daemon'], ['without it']])('%s', (how) => {
  let [held, free] = ['', ''];
  beforeAll(async () => {
    service = await startService(world);
    [held, free] = [await talk(['a', 'b']), await talk(['c'])];
    if (how === 'without it') await stop();
  });
  afterAll(stop);

  test('nothing is old enough, and a dry run takes nothing away', async () => {
    const young = await pruneRecordings(world.caller, { olderThanMs: null, isDryRun: false });
    expect(young).toMatchObject({ places: [], exchanges: 0 });
    const dry = await pruneRecordings(world.caller, { ...NOW, isDryRun: true });
    expect(dry).toMatchObject({ places: [{ worktree: world.repo, exchanges: 3 }], exchanges: 0 });
    expect((await listAll(world)).length).toBe(3);
  });

  test('what is held stays, and erasure says which', async () => {
    expect(await holdSession(world.caller, held.slice(0, 6), 'case 42')).toBe(held);
    expect(await listHolds(world.caller)).toMatchObject([
      { session: held, reason: 'case 42', by: 'Ada <ada@example.com>' },
    ]);
    await expect(eraseRecordings(world.caller, all)).rejects.toMatchObject({
      code: 'SESSION_HELD',
      message: expect.stringContaining(held),
    });
    expect(await pruneRecordings(world.caller, NOW)).toMatchObject({ exchanges: 1 });
    expect((await listAll(world)).map(({ session }) => session)).toEqual([held, held]);
    expect(free).not.toBe(held);
  });

  test('released it goes; the log counts and verifies', async () => {
    await releaseSession(world.caller, held);
    await expect(releaseSession(world.caller, held)).rejects.toMatchObject({ code: 'NOT_HELD' });
    expect(
      await eraseRecordings(world.caller, { ...all, session: held, isDryRun: true }),
    ).toMatchObject({
      found: { exchanges: 2 },
      exchanges: 0,
    });
    // whoever comes second may find the store locked
    const erase = (): Promise<{ readonly exchanges: number }> =>
      eraseRecordings(world.caller, all).catch(() => ({ exchanges: 0 }));
    const twice = await Promise.all([erase(), erase()]);
    expect(twice.reduce((sum, { exchanges }) => sum + exchanges, 0)).toBe(2);
    expect(await listAll(world)).toEqual([]);
    expect((await kinds()).slice(-4)).toEqual(['held', 'pruned', 'released', 'erased']);
    const times = how === 'with the daemon' ? 1 : 2;
    expect(await checkLog(world.caller)).toMatchObject({ pruned: times, erased: 2 * times });
  });
});
