// Lines that are silent, half closed, or break. AITRAIL_SILENCE_S=600 waits as long as the acceptance asks for.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureDaemon, stopDaemon } from '../../src/flow/daemon/find-daemon.ts';
import { watchDaemon } from '../../src/flow/daemon/watch-daemon.ts';
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
import { type Daemon, ENTRY, startDaemon } from './daemon.ts';
import { figure } from './figures.ts';

const SILENCE_S = Number(process.env['AITRAIL_SILENCE_S'] ?? 20);
const PING = 'event: ping\ndata: {"type":"ping"}\n\n';
const STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';

let world: World;
let model: Model;
let daemon: Daemon;
let session: OpenedSession;

beforeAll(async () => {
  world = makeWorld();
  model = await startModel((asked, response) => {
    const stream = { 'content-type': 'text/event-stream' };
    switch (String(asked.headers['x-case'])) {
      case 'silent':
        return void setTimeout(() => response.writeHead(200, stream).end(STOP), SILENCE_S * 1000);
      case 'pause':
        response.writeHead(200, stream).write(PING);
        return void setTimeout(() => response.end(STOP), SILENCE_S * 1000);
      case 'reset':
        response.writeHead(200, stream).write(PING);
        return void setTimeout(() => response.socket?.resetAndDestroy(), 100);
      case 'hang':
        return undefined;
      default:
        return void response.writeHead(200, stream).end(PING + STOP);
    }
  });
  world.configure(connectionsTo(model.url));
  daemon = await startDaemon(world);
  session = await open(world);
});
afterAll(async () => {
  await stopDaemon(world.caller.env);
  await model.close();
  world.remove();
});

const url = (): string => `${session.baseUrl('anthropic')}/v1/messages`;
const ask = (name: string) => post(url(), { stream: true, messages: [] }, { 'x-case': name });

/** fetch itself gives up after five minutes. @returns status and body. */
async function askPatiently(name: string): Promise<readonly [number, string]> {
  const reply = await request(url(), {
    method: 'POST',
    body: JSON.stringify({ stream: true, messages: [] }),
    headers: { 'content-type': 'application/json', 'x-case': name },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return [reply.statusCode, await reply.body.text()];
}

const last = async () => (await listAll(world)).at(-1);

test(`${String(SILENCE_S)} silent seconds, before the head and in the middle: still 200 and whole`, async () => {
  const [silent, pause] = await Promise.all(['silent', 'pause'].map(askPatiently));
  expect(silent).toEqual([200, STOP]);
  expect(pause).toEqual([200, PING + STOP]);
  figure('silence before an answer', `${String(SILENCE_S)} s, then 200`);
});

test('the upstream resets in mid-stream: the client sees a broken reply, the record has the bytes up to then', async () => {
  const reply = await ask('reset');
  await expect(reply.text()).rejects.toThrow('terminated');
  expect(await last()).toMatchObject({ outcome: 'upstream-error', responseBytes: PING.length });
  figure('upstream reset in mid-stream', 'seen by the client, recorded with its bytes');
});

test('a slow upload, a byte at a time with pauses, arrives whole', async () => {
  const body = '{"stream":true,"messages":[]}';
  const { port, pathname } = new URL(url());
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    `POST ${pathname} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: ${String(body.length)}\r\n\r\n`,
  );
  for (const letter of body) {
    socket.write(letter);
    await sleep(100);
  }
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'close');
  expect(text).toContain('message_stop');
  expect(model.asked.at(-1)?.body).toBe(body);
  figure(
    'slow upload',
    `${String(body.length)} bytes in ${(body.length / 10).toFixed(1)} s, whole`,
  );
});

test('a client that closes its half while it waits leaves nothing open', async () => {
  const { port, pathname } = new URL(url());
  const sockets = Array.from({ length: 20 }, () => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.end(
      `POST ${pathname} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Case: hang\r\nContent-Length: 2\r\n\r\n{}`,
    );
    return socket;
  });
  await Promise.all(sockets.map((socket) => once(socket.resume(), 'close')));
  await expect
    .poll(async () => (await listAll(world)).slice(-20).map(({ outcome }) => outcome), {
      timeout: 20_000,
    })
    .toEqual(Array.from({ length: 20 }, () => 'client-abort'));
  figure('half-closed sockets', '20, each recorded as client-abort');
});

test('killed while a request is under way: back on the same port, and how soon', async () => {
  const notes: string[] = [];
  const info = await ensureDaemon(world.caller, { port: null, script: ENTRY });
  const watched = { info, script: ENTRY, notify: (line: string) => void notes.push(line) };
  const watch = watchDaemon(world.caller, watched);
  const under = ask('hang').then(
    () => 'answered',
    () => 'broken off',
  );
  await sleep(300);
  const killedAtMs = performance.now();
  await daemon.kill();
  let reply: Response | null = null;
  while (reply === null) {
    reply = await ask('quick').catch(() => null);
    if (reply === null) await sleep(5);
  }
  const seconds = (performance.now() - killedAtMs) / 1000;
  expect(await reply.text()).toBe(PING + STOP);
  expect(await under).toBe('broken off'); // which every client tries again
  await watch.stop();
  figure('answers again after kill -9', `${seconds.toFixed(2)} s`);
  expect(seconds).toBeLessThan(5); // one on an idle machine
});
