// kill -9 at any moment: whatever a client has seen the end of is in the store, and the log stays whole.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenedSession } from '../../src/flow/session/open-session.ts';
import {
  connectionsTo,
  listAll,
  makeWorld,
  type Model,
  open,
  post,
  sha256,
  startModel,
  type World,
} from '../daemon/world.ts';
import { aitrail, startDaemon } from './daemon.ts';
import { figure } from './figures.ts';

const KILLS = Number(process.env['AITRAIL_FAULTS'] ?? 30);
const CLIENTS = 6;
const KILL_WITHIN_MS = 600;

let world: World;
let model: Model;
let session: OpenedSession;
/** Digests of replies that a client has got whole. */
const acknowledged = new Set<string>();
let asked = 0;

beforeAll(async () => {
  world = makeWorld();
  model = await startModel(({ headers }, response) => {
    const name = String(headers['x-name']);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const delta = JSON.stringify({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: `${name} says so. ` },
    });
    let left = 1 + (Number(name) % 20);
    const timer = setInterval(() => {
      response.write(`event: content_block_delta\ndata: ${delta}\n\n`);
      left -= 1;
      if (left > 0) return;
      clearInterval(timer);
      response.end('event: message_stop\ndata: {"type":"message_stop"}\n\n');
    }, 3);
  });
  world.configure(connectionsTo(model.url));
});
afterAll(async () => {
  await model.close();
  world.remove();
});

/** Asks until the daemon is gone. */
async function load(url: string): Promise<void> {
  for (;;) {
    asked += 1;
    const name = String(asked);
    const body = { stream: true, messages: [{ role: 'user', content: `say ${name}` }] };
    try {
      const text = await (await post(url, body, { 'x-name': name })).text();
      if (!text.includes('message_stop')) return;
      acknowledged.add(sha256(text));
    } catch {
      return; // killed in the middle of it: nothing was acknowledged
    }
  }
}

test(`killed ${String(KILLS)} times under load: nothing acknowledged is lost`, async () => {
  for (let round = 0; round < KILLS; round += 1) {
    const daemon = await startDaemon(world);
    if (round === 0) session = await open(world);
    const url = `${session.baseUrl('anthropic')}/v1/messages`;
    const clients = Array.from({ length: CLIENTS }, () => load(url));
    // every other time not before somebody was answered: on a busy machine that takes longer than the rest
    const before = acknowledged.size;
    if (round % 2 === 1) while (acknowledged.size === before) await sleep(5);
    await sleep(Math.random() * KILL_WITHIN_MS);
    await daemon.kill();
    await Promise.all(clients);
    expect(await aitrail(world, 'log', 'verify')).toMatchObject({ exit: 0 });
  }
  const daemon = await startDaemon(world); // closes what the last one left open
  await daemon.stop();
  expect(await aitrail(world, 'log', 'verify')).toMatchObject({ exit: 0 });
  const recorded = await listAll(world);
  const whole = new Set(
    recorded.filter((one) => one.outcome === 'ok').map((one) => one.clientSha256),
  );
  const lost = [...acknowledged].filter((digest) => !whole.has(digest));
  const repaired = recorded.filter(({ outcome }) => outcome === 'interrupted').length;
  figure('daemons killed', String(KILLS));
  figure('exchanges acknowledged to a client', String(acknowledged.size));
  figure('of them lost', String(lost.length));
  figure('repaired: open when the daemon was killed', String(repaired));
  expect(acknowledged.size).toBeGreaterThanOrEqual(Math.floor(KILLS / 2));
  expect(lost).toEqual([]);
  expect(recorded.some(({ outcome }) => outcome === 'open')).toBe(false);
});
