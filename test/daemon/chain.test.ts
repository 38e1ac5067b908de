// A proxy that the caller has set already is the next one on the way up: the stand-in here is the only one that knows what
// the names of the origins mean.
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { writeTrustFiles } from '../../src/flow/record/authority-book.ts';
import { openEnvironment } from '../../src/flow/session/open-environment.ts';
import { openSession, type OpenedSession } from '../../src/flow/session/open-session.ts';
import { openH2Client, type Origin, startOrigin, tunnelTo } from './tls.ts';
import { listAll, makeWorld, type Model, post, sha256, type Service } from './world.ts';
import { startModel, startService, type World } from './world.ts';

const NAME = 'api.corp.test';
const LOGIN = `Basic ${Buffer.from('ada:s3same').toString('base64')}`;
let world: World;
let service: Service;
let origin: Origin;
let plain: Model;
let session: OpenedSession;
let proxyPort = 0;
/** What the stand-in was asked for, with the login that came along. */
const asked: string[] = [];
const closers: (() => Promise<void>)[] = [];
const bell = new EventEmitter();
const frames: Buffer[] = [];

function isLet(what: string, login: string | undefined): boolean {
  asked.push(`${what} ${login === LOGIN ? 'let in' : 'turned away'}`);
  return login === LOGIN;
}

async function startProxy(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((incoming, response) => {
    const { headers, method, url = '' } = incoming;
    if (!isLet(`${method} ${url}`, headers['proxy-authorization']))
      return void response.writeHead(407).end();
    const { port, pathname } = new URL(url);
    const onward = ask({ host: '127.0.0.1', port, path: pathname, method, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(response);
    });
    incoming.pipe(onward);
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (incoming, socket, head) => {
    const { url = '', headers } = incoming;
    if (!isLet(`CONNECT ${url}`, headers['proxy-authorization']))
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const onward = connect(Number(url.split(':')[1]), 'localhost', () => {
      socket.write('HTTP/1.1 200 fine\r\nvia: corp\r\n\r\n');
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    for (const one of [socket, onward]) one.on('error', () => onward.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

function serveOrigin(): void {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: { threshold: 0 } });
  origin.server.on('request', (incoming, response) => {
    incoming.resume();
    response.writeHead(200, { 'content-type': 'text/plain', 'x-http': incoming.httpVersion });
    response.end('by the chain');
  });
  origin.server.on('upgrade', (incoming, socket, head) =>
    sockets.handleUpgrade(incoming, socket, head, (one) =>
      one.on('message', (data: Buffer) => {
        frames.push(data);
        for (const text of EVENTS) one.send(text);
      }),
    ),
  );
}

const EVENTS = [
  '{"type":"response.created","response":{"id":"r1","model":"gpt-x"}}',
  '{"type":"response.output_text.delta",  "item_id":"i","delta":"spaced \\u00e9"}',
  '{"type":"response.completed","response":{"id":"r1","model":"gpt-x","output":[]}}',
];

beforeAll(async () => {
  const made = makeWorld();
  origin = await startOrigin(NAME);
  serveOrigin();
  plain = await startModel((_asked, response) => response.end('plain'));
  proxyPort = await startProxy();
  made.put('internet.pem', origin.certificate);
  const env = {
    ...made.caller.env,
    SSL_CERT_FILE: join(made.dir, 'internet.pem'),
    HTTPS_PROXY: `http://ada:s3same@127.0.0.1:${proxyPort}`,
    HTTP_PROXY: `http://ada:s3same@127.0.0.1:${proxyPort}`,
    NO_PROXY: 'elsewhere.test',
  };
  world = { ...made, caller: { ...made.caller, env } };
  const { port } = new URL(plain.url);
  world.configure(`connections:
  openai: { protocol: openai, upstream: "https://${NAME}:${origin.port}" }
  page: { protocol: http, upstream: "http://${NAME}:${port}" }
`);
  // the daemon itself was started by somebody without a proxy
  service = await startService({
    ...made,
    caller: { ...made.caller, env: { ...env, HTTPS_PROXY: '', HTTP_PROXY: '' } },
  });
  session = await openWith(world.caller.env);
});

const openWith = (env: World['caller']['env']): Promise<OpenedSession> =>
  openSession({ ...world.caller, env }, { agent: null, script: 'not needed: the service runs' });

afterAll(async () => {
  await service.stop();
  for (const close of closers) await close();
  await origin.close();
  await plain.close();
  world.remove();
}, 30_000);

const ca = async (): Promise<string> =>
  readFileSync((await writeTrustFiles(world.caller, world.home)).own, 'utf8');
const lastAsked = (): string => asked.at(-1) ?? '';

test('by base URL: CONNECT with the login of the caller, TLS to the origin', async () => {
  const reply = await post(`${session.baseUrl('openai')}/v1/embeddings`, {});
  expect(await reply.text()).toBe('by the chain');
  expect(reply.headers.get('x-http')).toBe('2.0');
  expect(lastAsked()).toBe(`CONNECT ${NAME}:${origin.port} let in`);
});

test('a plain origin is asked for by its whole URL', async () => {
  const reply = await post(`${session.baseUrl('page')}/a`, {});
  expect(await reply.text()).toBe('plain');
  expect(lastAsked()).toBe(`POST http://${NAME}:${new URL(plain.url).port}/a let in`);
  expect(plain.asked.at(-1)?.headers.host).toBe(`${NAME}:${new URL(plain.url).port}`);
});

test('a decrypted tunnel', async () => {
  const target = `${NAME}:${origin.port}`;
  const client = await openH2Client({ session, target, ca: await ca() });
  const stream = client.request({ ':path': '/v1/models' });
  const [headers] = await once(stream, 'response');
  expect(headers).toMatchObject({ ':status': 200, 'x-http': '2.0' });
  client.destroy();
});

test("a blind tunnel: the origin's own certificate", async () => {
  const other = await startOrigin('other.corp.test');
  const target = `other.corp.test:${other.port}`;
  const tls = await tunnelTo({ session, target, ca: other.certificate, alpn: ['h2'] });
  expect(tls.alpnProtocol).toBe('h2');
  expect(lastAsked()).toBe(`CONNECT ${target} let in`);
  tls.destroy();
  await expect
    .poll(async () => (await listAll(world)).findLast(({ method }) => method === 'CONNECT'))
    .toMatchObject({ url: target, outcome: 'ok' });
  await other.close();
});

test('a WebSocket in a decrypted tunnel: the same bytes both ways, one record', async () => {
  const target = `${NAME}:${origin.port}`;
  const tls = await tunnelTo({ session, target, ca: await ca(), alpn: ['http/1.1'] });
  const socket = new WebSocket(`wss://${target}/v1/responses`, { createConnection: () => tls });
  const got: string[] = [];
  socket.on('message', (data: Buffer) => {
    got.push(data.toString());
    bell.emit('message');
  });
  await once(socket, 'open');
  const frame = '{ "type":"response.create",  "model":"gpt-x", "input":[] }';
  socket.send(frame);
  while (got.length < EVENTS.length) await once(bell, 'message');
  expect(got).toEqual(EVENTS);
  expect(frames.map(String)).toEqual([frame]);
  expect((await listAll(world)).at(-1)).toMatchObject({
    wire: 'openai-responses',
    requestSha256: sha256(frame),
    outcome: 'ok',
  });
  socket.terminate();
});

test('a login that is wrong: 502 in the shape of the provider, and what the proxy said', async () => {
  const env = { ...world.caller.env, HTTPS_PROXY: `http://ada:wrong@127.0.0.1:${proxyPort}` };
  const reply = await post(`${(await openWith(env)).baseUrl('openai')}/v1/embeddings`, {});
  expect(reply.status).toBe(502);
  expect(await reply.json()).toMatchObject({
    error: { message: expect.stringContaining('answered 407 to CONNECT') },
  });
});

test('a host of NO_PROXY is asked directly', async () => {
  const before = asked.length;
  const env = { ...world.caller.env, NO_PROXY: `.corp.test` };
  const reply = await post(`${(await openWith(env)).baseUrl('openai')}/v1/embeddings`, {});
  expect(reply.status).toBe(502); // nobody but the proxy knows the name
  expect(asked.length).toBe(before);
});

test('a session within a session goes the way of the outer one', async () => {
  const variables = await openEnvironment(
    world.caller,
    'not needed: the service runs',
    () => undefined,
  );
  expect(variables['HTTPS_PROXY']).toMatch(/^http:\/\/aitrail:/);
  expect(variables['NO_PROXY']).not.toContain('elsewhere.test'); // we go by it, the child need not
  const inner = await openWith({ ...world.caller.env, ...variables });
  const reply = await post(`${inner.baseUrl('openai')}/v1/embeddings`, {});
  expect(await reply.text()).toBe('by the chain');
});
