// The Responses API over a WebSocket, through the daemon's service into a real store.
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { endSession, type OpenedSession } from '../../src/flow/session/open-session.ts';
import { PROVIDERS, sseText } from '../wire/streams.ts';
import { connectionsTo, listAll, makeWorld, open, type Service } from './world.ts';
import { sha256, startService, withStore, type World } from './world.ts';

const CANARY = ['gh', 'p_', 'R8s2LqX0vBn4TzKd7W', 'mY1cJ6hPf3GaUe9NiQ'].join('');

let world: World;
let service: Service;
let session: OpenedSession;
let upstream = '';
const closers: (() => Promise<void>)[] = [];

interface Heard {
  readonly headers: IncomingMessage['headers'];
  readonly frames: string[];
}
const heard: Heard[] = [];
/** What the model sends for a frame of the client. */
type Script = (frame: { readonly [key: string]: unknown }, socket: WebSocket) => void;
const scripts = new Map<string, Script>();

beforeAll(async () => {
  world = makeWorld();
  const server = createServer((_request, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: { threshold: 0 } });
  sockets.on('headers', (lines) => lines.push('x-codex-turn-state: sticky'));
  server.on('upgrade', (request, socket, head) => {
    if (request.headers['x-case'] === 'refused') {
      socket.end(
        'HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 4\r\n\r\nnope',
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (one) => {
      const said: Heard = { headers: request.headers, frames: [] };
      heard.push(said);
      one.on('message', (data: Buffer) => {
        said.frames.push(data.toString());
        scripts.get(String(request.headers['x-case']))?.(JSON.parse(data.toString()), one);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
  upstream = url;
  closers.push(async () => {
    for (const one of sockets.clients) one.terminate();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  world.configure(connectionsTo(url));
  world.git('commit', '-q', '--allow-empty', '-m', 'first');
  service = await startService(world);
  session = await open(world);
});

afterAll(async () => {
  await service.stop();
  for (const close of closers) await close();
  world.remove();
});

interface Client {
  readonly socket: WebSocket;
  readonly messages: string[];
  /** Resolves when so many messages have come. */
  readonly until: (count: number) => Promise<void>;
}

async function connect(name: string, headers: Record<string, string> = {}): Promise<Client> {
  const url = `${session.baseUrl('openai')}/v1/responses`.replace('http', 'ws');
  const socket = new WebSocket(url, {
    headers: {
      'x-case': name,
      'thread-id': `thread-${name}`,
      'user-agent': 'codex_exec/0.1',
      ...headers,
    },
  });
  const messages: string[] = [];
  const bell = new EventEmitter();
  socket.on('message', (data: Buffer) => {
    messages.push(data.toString());
    bell.emit('message');
  });
  await once(socket, 'open');
  const until = async (count: number): Promise<void> => {
    while (messages.length < count)
      await once(bell, 'message', { signal: AbortSignal.timeout(8000) });
  };
  return { socket, messages, until };
}

const sendAll = (socket: WebSocket, texts: readonly string[]): void => {
  for (const text of texts) socket.send(text);
};

const create = (more: object): string =>
  JSON.stringify({ type: 'response.create', model: 'gpt-x', ...more });

const responses = PROVIDERS.find(({ name }) => name === 'openai-responses');
const eventsOf = (text: string): readonly string[] =>
  (
    responses?.events(
      [
        { kind: 'text', text },
        { kind: 'thinking', text: 'plan' },
        {
          kind: 'call',
          name: 'write_file',
          input: { path: 'src/new.ts', content: 'export const one = 1;\n' },
        },
      ],
      (all) => all.match(/.{1,7}/gsu) ?? [],
    ) ?? []
  ).map((event) => JSON.stringify(event));

test('each response.create is one exchange; messages arrive as sent; later requests join the thread', async () => {
  const first = eventsOf('First …\n');
  // white space that a stream's framing would not keep
  const second = eventsOf('Second').map((text) => text.replace('{', '{\r\n '));
  let turn = 0;
  scripts.set('two', (_frame, socket) => sendAll(socket, turn++ === 0 ? first : second));
  const client = await connect('two');
  client.socket.send(create({ input: [{ role: 'user', content: 'write it' }] }));
  await client.until(first.length);
  expect(client.messages).toEqual(first);
  const result = {
    type: 'function_call_output',
    call_id: responses?.callId,
    output: '{"ok":true}',
  };
  client.socket.send(create({ previous_response_id: 'resp_1', input: [result] }));
  await client.until(first.length + second.length);
  expect(client.messages.slice(first.length)).toEqual(second);
  const exchanges = (await listAll(world)).slice(-2);
  const record = first.map((text) => `data: ${text}\n\n`).join('');
  expect(exchanges).toMatchObject([
    {
      method: 'GET',
      url: '/v1/responses',
      wire: 'openai-responses',
      status: 101,
      outcome: 'ok',
      responseSha256: sha256(record),
    },
    { outcome: 'ok', session: exchanges[0]?.session },
  ]);
  await withStore(world, async (store) => {
    expect(Buffer.from(await store.readReply(exchanges[0]?.id ?? '')).toString()).toBe(record);
    expect(await store.listEmissions(exchanges[0]?.id ?? '')).toMatchObject([
      { path: 'src/new.ts', outcome: 'accepted' },
    ]);
    const request = Buffer.from(await store.readRequest(exchanges[1]?.id ?? '')).toString();
    expect(request).toContain('previous_response_id');
  });
  expect(heard.at(-1)?.headers['sec-websocket-extensions']).toContain('permessage-deflate');
  client.socket.close();
});

test('a reply is recorded before its last message goes out, and a secret in it is masked', async () => {
  const events = eventsOf(`the key is ${CANARY} .`);
  scripts.set('secret', (_frame, socket) => sendAll(socket, events));
  const client = await connect('secret');
  client.socket.send(create({ input: 'go' }));
  await client.until(events.length);
  const [exchange] = (await listAll(world)).slice(-1);
  expect(exchange).toMatchObject({
    outcome: 'ok',
    masks: [{ rule: 'github-pat', direction: 'toAgent' }],
  });
  const said = client.messages.join('\n');
  expect(said).toContain('AITRAIL_github_pat_');
  expect(said.replaceAll('"', '')).not.toContain(CANARY);
  expect(client.messages.filter((text) => !events.includes(text)).length).toBeLessThan(
    events.length,
  );
  client.socket.close();
});

test('an upstream that breaks off: what came, then the close; the record says so', async () => {
  const events = eventsOf('half').slice(0, 4);
  scripts.set('cut', (_frame, socket) => {
    sendAll(socket, events);
    socket.close(1011, 'tired');
  });
  const client = await connect('cut');
  client.socket.send(create({ input: 'go' }));
  const [code, reason] = await once(client.socket, 'close');
  expect([code, String(reason)]).toEqual([1011, 'tired']);
  expect(client.messages).toEqual(events);
  expect((await listAll(world)).at(-1)).toMatchObject({ outcome: 'upstream-error' });
});

test('a client that hangs up in the middle is an abort, and the upstream is let go', async () => {
  const closed: number[] = [];
  scripts.set('abort', (_frame, socket) => {
    socket.on('close', (code: number) => closed.push(code));
    sendAll(socket, eventsOf('half').slice(0, 3));
  });
  const client = await connect('abort');
  client.socket.send(create({ input: 'go' }));
  await client.until(1);
  client.socket.terminate();
  for (let i = 0; i < 100 && closed.length === 0; i += 1) await sleep(20);
  expect(closed).toHaveLength(1);
  for (let i = 0; i < 100 && (await listAll(world)).at(-1)?.outcome === 'open'; i += 1)
    await sleep(20);
  expect((await listAll(world)).at(-1)).toMatchObject({ outcome: 'client-abort' });
});

test('an upstream without WebSockets: its own answer, and a record of it', async () => {
  const url = `${session.baseUrl('openai')}/v1/responses`.replace('http', 'ws');
  const socket = new WebSocket(url, { headers: { 'x-case': 'refused' } });
  socket.on('error', () => undefined);
  const [, answer] = await once(socket, 'unexpected-response');
  expect(answer.statusCode).toBe(426);
  answer.resume();
  await once(answer, 'end');
  socket.terminate();
  expect((await listAll(world)).at(-1)).toMatchObject({
    status: 426,
    outcome: 'ok',
    method: 'GET',
  });
});

test('what no rule of a request allows is an error message on the socket, and nothing goes upstream', async () => {
  scripts.set('ended', () => undefined);
  const other = await open(world);
  const url = `${other.baseUrl('openai')}/v1/responses`.replace('http', 'ws');
  const socket = new WebSocket(url, { headers: { 'x-case': 'ended' } });
  await once(socket, 'open');
  const said = heard.at(-1);
  await endSession(other);
  socket.send(create({ input: 'go' }));
  const [data] = await once(socket, 'message');
  expect(JSON.parse(String(data))).toMatchObject({ type: 'error', status: 401 });
  expect(said?.frames).toEqual([]);
  socket.close();
});

test('onRequest: mask: the model gets a placeholder, the agent its value back', async () => {
  world.configure(`${connectionsTo(upstream)}secrets: { onRequest: mask, explain: false }\n`);
  const unmasked = session;
  session = await open(world);
  let name = '';
  let count = 0;
  scripts.set('veil', (frame, socket) => {
    name = JSON.stringify(frame).match(/AITRAIL_github_pat_[0-9a-f]{8}/)?.[0] ?? '';
    const events = eventsOf(`the key is ${name} .`);
    count = events.length;
    sendAll(socket, events);
  });
  const client = await connect('veil');
  session = unmasked;
  client.socket.send(create({ input: [{ role: 'user', content: `use ${CANARY}` }] }));
  await client.until(1);
  await client.until(count);
  expect(heard.at(-1)?.frames).toEqual([
    create({ input: [{ role: 'user', content: `use ${name}` }] }),
  ]);
  const done = client.messages.find((text) => text.includes('response.completed')) ?? '';
  expect(done).toContain(`the key is ${CANARY} .`);
  expect((await listAll(world)).at(-1)?.masks).toMatchObject([
    { direction: 'toModel', isForwarded: false },
    { direction: 'toAgent', isForwarded: true },
  ]);
  client.socket.close();
});

test('the recorded events of a socket read like those of a stream', () => {
  const texts = eventsOf('x');
  const stream = responses === undefined ? '' : sseText({ ...responses, isNamed: false }, texts);
  expect(texts.map((text) => `data: ${text}\n\n`).join('')).toBe(stream);
});
