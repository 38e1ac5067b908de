// A disk that is really full, really read-only, and a database that somebody else really holds: nothing is forwarded and
// every client reads an error of its own provider; where policy forwards, the gap is told. Needs mount (Linux, root).
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, describe, expect, test } from 'vitest';
import { connectionsTo, listAll, makeWorld, open, post, startModel } from '../daemon/world.ts';
import { aitrail, startDaemon } from './daemon.ts';
import { figure } from './figures.ts';

const REPLY = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
const MOUNT = ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs'];

function canMount(): boolean {
  const world = makeWorld();
  const isMounted = spawnSync('mount', [...MOUNT, world.repo]).status === 0;
  if (isMounted) execFileSync('umount', [world.repo]);
  world.remove();
  return isMounted;
}

/** Breaks the store of a state directory. @returns what mends it. */
const FAULTS = {
  full: (home: string) => {
    const filler = join(home, 'filler');
    try {
      for (;;) writeFileSync(filler, Buffer.alloc(64 * 1024), { flag: 'a' });
    } catch {
      // ENOSPC: that is what was wanted
    }
    return () => rmSync(filler);
  },
  locked: (home: string) => {
    const other = new DatabaseSync(join(home, 'store.db'));
    other.exec('BEGIN IMMEDIATE');
    return () => {
      other.exec('ROLLBACK');
      other.close();
    };
  },
} as const;

const PROVIDERS = [
  ['anthropic', '/v1/messages', { type: 'error', error: { message: expect.any(String) } }],
  ['openai', '/v1/responses', { error: { type: 'server_error', code: expect.any(String) } }],
  ['openai', '/v1/chat/completions', { error: { type: 'server_error', code: expect.any(String) } }],
  [
    'gemini',
    '/v1beta/models/g:generateContent',
    { error: { code: 503, message: expect.any(String) } },
  ],
  ['plain', '/thing', { kind: 'Status', code: 503, message: expect.any(String) }],
] as const;

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function setUp(settings: string) {
  const world = makeWorld();
  ends.push(world.remove);
  mkdirSync(world.home);
  execFileSync('mount', [...MOUNT, world.home]);
  ends.push(() => void execFileSync('umount', ['-l', world.home]));
  const model = await startModel((_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(REPLY);
  });
  ends.push(() => model.close());
  world.configure(
    `${connectionsTo(model.url)}  plain: { protocol: http, upstream: "${model.url}" }\n${settings}`,
  );
  const daemon = await startDaemon(world);
  ends.push(() => daemon.kill());
  return { world, model, session: await open(world) };
}

describe.skipIf(!canMount()).each(['full', 'locked'] as const)('%s', (kind) => {
  test('nothing is forwarded, each client reads an error of its provider; mended, it goes on', async () => {
    const { world, model, session } = await setUp('');
    const body = { model: 'm', messages: [{ role: 'user', content: 'x'.repeat(200_000) }] };
    const mend = FAULTS[kind](world.home);
    for (const [name, path, want] of PROVIDERS) {
      const reply = await post(`${session.baseUrl(name)}${path}`, body);
      expect([name, reply.status]).toEqual([name, 503]);
      expect(await reply.json()).toMatchObject(want);
    }
    expect(model.asked).toEqual([]);
    mend();
    const after = await post(`${session.baseUrl('anthropic')}/v1/messages`, body);
    expect([after.status, await after.text()]).toEqual([200, REPLY]);
    expect((await listAll(world)).at(-1)).toMatchObject({ outcome: 'ok' });
    figure(`store ${kind}: refused, forwarded`, `${String(PROVIDERS.length)}, 0`);
  });

  test('onStoreError: forward lets it pass, and tells the gap', async () => {
    const { world, model, session } = await setUp('onStoreError: forward\n');
    const body = { model: 'm', messages: [{ role: 'user', content: 'x'.repeat(200_000) }] };
    const mend = FAULTS[kind](world.home);
    const reply = await post(`${session.baseUrl('anthropic')}/v1/messages`, body);
    expect([reply.status, await reply.text()]).toEqual([200, REPLY]);
    expect(model.asked.length).toBe(1);
    mend();
    const after = await post(`${session.baseUrl('anthropic')}/v1/messages`, body);
    expect(await after.text()).toBe(REPLY);
    const log = readFileSync(join(world.home, 'run', 'daemon.log'), 'utf8');
    expect(log).toMatch(/gap: .*passes unrecorded/);
    figure(`store ${kind}, onStoreError: forward`, 'forwarded, and the gap is told');
  });
});

test.skipIf(!canMount())('read-only: no daemon starts, and it says why', async () => {
  const { world } = await setUp('');
  await ends.pop()?.(); // the daemon, which keeps the disk writable
  execFileSync('mount', ['-o', 'remount,ro', world.home]);
  const { exit, text } = await aitrail(world, 'proxy', 'start');
  expect(exit).toBe(3);
  expect(text).toMatch(/read-only/);
  figure('store read-only', 'no daemon starts');
});
