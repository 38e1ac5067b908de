// Memory of the daemon under long bodies, many streams and slow readers, and the bytes all the same.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
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
  startModel,
  type World,
} from '../daemon/world.ts';
import { type Daemon, megabytes, startDaemon } from './daemon.ts';
import { figure } from './figures.ts';

const MIB = 1024 * 1024;
const LINE = 'a line of plain text with words and numbers, 12345 of them, and no secret\n';
const BLOCK = Buffer.from(LINE.repeat(Math.ceil(MIB / LINE.length))).subarray(0, MIB);

let world: World;
let model: Model;
let session: OpenedSession;
let daemon: Daemon;
/** Bytes that the model has got rid of in the request that runs. */
let sentBytes = 0;

beforeAll(async () => {
  world = makeWorld();
  model = await startModel((asked, response) => {
    const blocks = Number(asked.headers['x-blocks'] ?? 0);
    void (blocks > 0 ? sendBlocks(response, blocks) : sendEvents(response));
  });
  world.configure(
    `${connectionsTo(model.url)}  plain: { protocol: http, upstream: "${model.url}" }\n`,
  );
});
beforeAll(async () => {
  daemon = await startDaemon(world);
  session = await open(world);
});
afterAll(async () => {
  await daemon.stop();
  await model.close();
  world.remove();
});

async function sendBlocks(response: ServerResponse, blocks: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/plain' });
  sentBytes = 0;
  const closed = once(response, 'close');
  for (let block = 0; block < blocks && !response.destroyed; block += 1) {
    if (!response.write(BLOCK)) await Promise.race([once(response, 'drain'), closed]);
    sentBytes += BLOCK.length;
  }
  response.end();
}

async function sendEvents(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const delta = {
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text: LINE },
  };
  for (let turn = 0; turn < 40; turn += 1) {
    response.write(`event: content_block_delta\ndata: ${JSON.stringify(delta)}\n\n`.repeat(50));
    await sleep(25);
  }
  response.end('event: message_stop\ndata: {"type":"message_stop"}\n\n');
}

function ask(blocks: number): Promise<IncomingMessage> {
  const url = `${session.baseUrl('plain')}/file`;
  return new Promise((resolve, reject) => {
    request(url, { headers: { 'x-blocks': String(blocks) } }, resolve)
      .on('error', reject)
      .end();
  });
}

test('32 streams at once', async () => {
  const body = { stream: true, messages: [{ role: 'user', content: LINE.repeat(680) }] };
  const url = `${session.baseUrl('anthropic')}/v1/messages`;
  const replies = await Promise.all(
    Array.from({ length: 32 }, async () => (await post(url, body)).text()),
  );
  expect(new Set(replies).size).toBe(1);
  expect(replies[0]).toContain('message_stop');
  figure('memory peak, 32 streams', megabytes(daemon.memory().peak));
  expect((await listAll(world)).filter(({ outcome }) => outcome === 'ok')).toHaveLength(32);
});

test('a body of 300 MiB: the same bytes, memory that does not grow with it', async () => {
  const hashes = [];
  for (const blocks of [30, 300]) {
    const reply = await ask(blocks);
    const hash = createHash('sha256');
    const startedAtMs = performance.now();
    for await (const chunk of reply) hash.update(chunk);
    const seconds = (performance.now() - startedAtMs) / 1000;
    const digest = hash.digest('hex');
    const wanted = createHash('sha256');
    for (let block = 0; block < blocks; block += 1) wanted.update(BLOCK);
    expect(digest).toBe(wanted.digest('hex'));
    const { now, peak } = daemon.memory();
    hashes.push({ digest, peak });
    figure(
      `memory after ${String(blocks)} MiB`,
      `${megabytes(now)}, peak ${megabytes(peak)}, ${(blocks / seconds).toFixed(1)} MiB/s`,
    );
  }
  expect((await listAll(world)).slice(-2).map(({ clientSha256 }) => clientSha256)).toEqual(
    hashes.map(({ digest }) => digest),
  );
  const [small, large] = hashes;
  expect((large?.peak ?? 0) - (small?.peak ?? 0)).toBeLessThan(60);
});

test('100 MB for a reader of 1 KB/s: the model waits, and nothing piles up', async () => {
  const before = daemon.memory();
  const reply = await ask(100);
  reply.pause();
  let readBytes = 0;
  for (let second = 0; second < 15; second += 1) {
    await sleep(1000);
    const chunk: Buffer | null = reply.read(Math.min(1024, reply.readableLength));
    readBytes += chunk?.length ?? 0;
  }
  const after = daemon.memory();
  figure('slow reader', `${String(readBytes)} bytes read, ${megabytes(sentBytes / 1e6)} sent`);
  figure('memory', `${megabytes(before.now)} before, ${megabytes(after.now)} after`);
  expect(readBytes).toBeGreaterThan(4 * 1024);
  // what the sockets' buffers of two connections hold, and no more
  expect(sentBytes).toBeLessThan(20 * MIB);
  expect(after.now - before.now).toBeLessThan(30);
  reply.destroy();
  await expect
    .poll(async () => (await listAll(world)).at(-1)?.outcome, { timeout: 20_000 })
    .toBe('client-abort');
});
