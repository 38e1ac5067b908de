// aitrail sessions stop: what is under way is cut with the provider's own error, and the token is dead for good.
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenedSession } from '../../src/flow/session/open-session.ts';
import { stopSession } from '../../src/flow/session/stop-session.ts';
import { connectionsTo, listAll, makeWorld, type Model, open, post } from './world.ts';
import { type Service, startModel, startService, withStore, type World } from './world.ts';

let world: World;
let model: Model;
let service: Service;
const streams: ServerResponse[] = [];

beforeAll(async () => {
  world = makeWorld();
  model = await startModel((asked, response) => {
    if (asked.body.includes('quick')) return void response.end('{}');
    if (asked.body.includes('thinking')) return; // no head comes at all
    streams.push(response);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: ping\ndata: {"type":"ping"}\n\n');
  });
  world.configure(connectionsTo(model.url));
  service = await startService(world);
});

afterAll(async () => {
  await service.stop();
  await model.close();
  world.remove();
});

const events = () => withStore(world, (store) => store.listEvents({ limit: 10 }));

const sessionOf = async ({ grant }: OpenedSession): Promise<string> => {
  const all = await withStore(world, (store) => store.listSessions({}));
  return all.find((one) => one.grant === grant)?.id ?? '';
};

/** Resolves when the reply has begun. */
async function stream(url: string): Promise<{ readonly text: Promise<string> }> {
  const reply = await post(url, { model: 'm', stream: true, messages: [] });
  return { text: reply.text() };
}

test.each([
  ['anthropic', '/v1/messages', 'permission_error'],
  ['openai', '/v1/chat/completions', 'SESSION_STOPPED'],
  ['openai', '/v1/responses', 'SESSION_STOPPED'],
  ['gemini', '/v1beta/models/g:streamGenerateContent?alt=sse', 'SESSION_STOPPED'],
])('%s %s: cut by an error of its own', async (name, path, want) => {
  const session = await open(world);
  const { text } = await stream(`${session.baseUrl(name)}${path}`);
  const stopped = await stopSession(world.caller, await sessionOf(session));
  expect(await text).toContain(want); // the model itself never ends it
  const again = await post(`${session.baseUrl(name)}${path}`, { quick: 1 });
  expect([again.status, again.headers.get('x-aitrail-error')]).toEqual([401, 'TOKEN_UNKNOWN']);
  expect((await listAll(world)).at(-1)?.outcome).toBe('refused');
  const event = (await events()).find(({ kind }) => kind === 'stopped');
  expect(event?.detail).toMatchObject({ session: stopped.id, by: 'Ada <ada@example.com>' });
});

test('a request that the model has not answered yet gets the provider’s error as its reply', async () => {
  const session = await open(world);
  const asked = post(`${session.baseUrl('anthropic')}/v1/messages`, { thinking: 1, messages: [] });
  await expect.poll(async () => sessionOf(session)).not.toBe('');
  await stopSession(world.caller, await sessionOf(session));
  const reply = await asked;
  expect(reply.status).toBe(403);
  expect(await reply.json()).toMatchObject({ type: 'error', error: { type: 'permission_error' } });
});

test('a blind tunnel is cut, another session is not touched', async () => {
  const [session, other] = [await open(world), await open(world)];
  const whole = await stream(`${other.baseUrl('anthropic')}/v1/messages`);
  const { port } = new URL(session.daemon.url);
  const target = new URL(model.url).port;
  const socket = connect(Number(port), '127.0.0.1');
  const auth = Buffer.from(`aitrail:${session.token}`).toString('base64');
  socket.write(
    `CONNECT 127.0.0.1:${target} HTTP/1.1\r\nhost: x\r\nproxy-authorization: Basic ${auth}\r\n\r\n`,
  );
  await new Promise((resolve) => socket.once('data', resolve));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await stopSession(world.caller, await sessionOf(session));
  await closed;
  streams.at(-1)?.end('event: message_stop\ndata: {"type":"message_stop"}\n\n');
  expect(await whole.text).toContain('message_stop');
});

test('dead after a restart too, and without a daemon the word counts when one starts', async () => {
  const [first, second] = [await open(world), await open(world)];
  for (const session of [first, second])
    await (await post(`${session.baseUrl('openai')}/v1/models`, { quick: 1 })).text();
  const ids = [await sessionOf(first), await sessionOf(second)];
  await stopSession(world.caller, ids[0] ?? '');
  await service.stop();
  await stopSession(world.caller, ids[1] ?? '');
  service = await startService(world);
  const before = model.asked.length;
  for (const session of [first, second]) {
    const reply = await post(`${session.baseUrl('openai')}/v1/models`, { quick: 1 });
    expect([reply.status, await reply.text()]).toEqual([
      401,
      expect.stringContaining('TOKEN_UNKNOWN'),
    ]);
  }
  expect(model.asked.length).toBe(before);
  await expect(stopSession(world.caller, 's0000000000')).rejects.toMatchObject({
    code: 'NO_SUCH_SESSION',
  });
});
