// Approvals over the Responses API's WebSocket, where signs of life are messages and need no head of a reply; and a held
// stream that does not fill the memory.
import { EventEmitter, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { OpenedSession } from '../../src/flow/session/open-session.ts';
import { type Part, PROVIDERS, sseText } from '../wire/streams.ts';
import { type Approver, hireApprover } from './approver.ts';
import { connectionsTo, listAll, makeWorld, open, post, type Service } from './world.ts';
import { startService, type World } from './world.ts';

const PATIENT = 60_000;
const RULES = `rules:
  - { name: deploys, on: tool-call, match: 'deploy \\w+', action: approve }
  - { name: no-prod, on: prompt, match: 'production', action: approve }
`;
const deploy = (command: string): readonly Part[] => [
  { kind: 'text', text: 'Let me …' },
  { kind: 'call', name: 'Bash', input: { command } },
];
const cutter = (all: string): readonly string[] => all.match(/.{1,7}/gsu) ?? [];
const eventsOf = (command: string): readonly string[] =>
  PROVIDERS.filter(({ name }) => name === 'openai-responses')
    .flatMap((provider) => provider.events(deploy(command), cutter))
    .map((event) => JSON.stringify(event));

let world: World;
let service: Service;
let session: OpenedSession;
let bob: Approver;
let command = '';
const requests: string[] = [];
let stream: (response: ServerResponse) => void = (response) => void response.end();
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  world = makeWorld();
  bob = await hireApprover(world);
  const server = createServer((_request, response) => stream(response));
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) =>
    socket.on('message', (data: Buffer) => {
      requests.push(data.toString());
      for (const text of eventsOf(command)) socket.send(text);
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
  closers.push(async () => {
    for (const one of sockets.clients) one.terminate();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  world.configure(connectionsTo(url) + RULES);
  service = await startService(world);
  session = await open(world);
}, PATIENT);

afterAll(async () => {
  await service.stop();
  for (const close of closers) await close();
  world.remove();
}, PATIENT);

interface Client {
  readonly socket: WebSocket;
  readonly messages: string[];
  /** Resolves when a message holds this. */
  readonly until: (words: string) => Promise<void>;
}

async function connect(): Promise<Client> {
  const url = `${session.baseUrl('openai')}/v1/responses`.replace('http', 'ws');
  const socket = new WebSocket(url, { headers: { 'user-agent': 'codex_exec/0.1' } });
  const messages: string[] = [];
  const bell = new EventEmitter();
  socket.on('message', (data: Buffer) => {
    messages.push(data.toString());
    bell.emit('message');
  });
  await once(socket, 'open');
  const until = async (words: string): Promise<void> => {
    while (!messages.some((text) => text.includes(words)))
      await once(bell, 'message', { signal: AbortSignal.timeout(10_000) });
  };
  return { socket, messages, until };
}

const SIGN = '{"type":"keepalive"}';
const ask = ({ socket }: Client, input: string): void =>
  socket.send(JSON.stringify({ type: 'response.create', model: 'gpt-x', input }));

test('a held call: signs of life, then the very messages', { timeout: PATIENT }, async () => {
  command = 'deploy socket';
  const client = await connect();
  ask(client, 'go');
  const approval = await bob.next();
  await client.until(SIGN);
  expect(client.messages.join('')).not.toContain('deploy socket');
  await bob.decide(approval, 'approve');
  await client.until('response.completed');
  expect(client.messages.filter((text) => text !== SIGN)).toEqual(eventsOf(command));
  client.socket.close();
});

test('a held prompt: signs of life before anything is sent', { timeout: PATIENT }, async () => {
  command = 'ls';
  requests.length = 0;
  const client = await connect();
  ask(client, 'production one');
  const approval = await bob.next(({ request }) => request.kind === 'prompt');
  await client.until(SIGN);
  expect(requests).toEqual([]);
  await bob.decide(approval, 'approve');
  await client.until('response.completed');
  expect(requests).toHaveLength(1);
  ask(client, 'production two');
  const second = await bob.next(({ request }) => request.content === 'production two');
  await bob.decide(second, 'deny');
  await client.until('has denied it');
  expect(requests).toHaveLength(1);
  client.socket.close();
});

const last = async (): Promise<string | undefined> => (await listAll(world)).at(-1)?.outcome;

test('a client that leaves while its prompt is held', { timeout: PATIENT }, async () => {
  const client = await connect();
  ask(client, 'production three');
  await bob.next(({ request }) => request.content === 'production three');
  client.socket.terminate();
  for (let i = 0; i < 300 && (await last()) === 'open'; i += 1) await sleep(50);
  expect(await last()).toBe('client-abort');
});

test(
  'what follows a held event waits in the model, not in memory',
  { timeout: PATIENT },
  async () => {
    const [provider] = PROVIDERS;
    if (provider === undefined) throw new Error('no providers');
    const head = sseText(provider, provider.events(deploy('deploy much'), cutter));
    const filler = `event: ping\ndata: {"type":"ping","x":"${'x'.repeat(64 * 1024)}"}\n\n`;
    const cut = head.indexOf('event: message_delta');
    let taken = 0;
    stream = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(head.slice(0, cut));
      const more = (): void => {
        while (taken < 300 && !response.destroyed) {
          taken += 1;
          if (!response.write(filler)) return void response.once('drain', more);
        }
        response.end(head.slice(cut));
      };
      more();
    };
    const body = { model: 'm', stream: true, messages: [{ role: 'user', content: 'go' }] };
    const answered = post(`${session.baseUrl('anthropic')}/v1/messages`, body).then((reply) =>
      reply.text(),
    );
    const approval = await bob.next(({ request }) => request.content.includes('deploy much'));
    await sleep(500);
    expect(taken).toBeLessThan(150); // of the 19 MB that wait for their turn
    await bob.decide(approval, 'approve');
    const text = await answered;
    expect(text).toContain('message_stop');
    expect(text).toContain('"type":"tool_use"');
    expect(taken).toBe(300);
  },
);
