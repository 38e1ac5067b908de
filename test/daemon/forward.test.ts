// The forward proxy: CONNECT and absolute-form requests on the daemon's port, with real TLS on both sides.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEnvironment } from '../../src/flow/session/open-environment.ts';
import type { OpenedSession } from '../../src/flow/session/open-session.ts';
import { makeAuthority, openAuthority } from '../../src/proxy/authority.ts';
import { listAll, makeWorld, type Model, open, type Service } from './world.ts';
import { sha256, startModel, startService, withStore, type World } from './world.ts';

let world: World;
let service: Service;
let session: OpenedSession;
let plain: Model;
/** Ports of TLS servers: one is a connection's upstream, nobody configured the other. */
const port = { known: 0, other: 0 };
let internet = '';
const closers: (() => Promise<void>)[] = [];
const asked: string[] = [];

const REPLY =
  'event: message_start\ndata: {"type":"message_start","message":{"model":"claude-x"}}\n\n' +
  'event: message_stop\ndata: {"type":"message_stop"}\n\n';

async function startTls(): Promise<number> {
  const files = await makeAuthority('the internet');
  internet += files.certificate + '\n';
  const context = await openAuthority(files).contextFor('localhost');
  const server = createServer({ SNICallback: (_name, done) => done(null, context) });
  server.on('request', (request, response) => {
    asked.push(
      `${request.method ?? ''} ${request.url ?? ''} ${request.headers['proxy-authorization'] ?? ''}`,
    );
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(REPLY);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

beforeAll(async () => {
  const made = makeWorld();
  port.known = await startTls();
  port.other = await startTls();
  plain = await startModel((_asked, response) =>
    response.setHeader('content-length', 12).end('plain answer'),
  );
  made.put('internet.pem', internet);
  const env = { ...made.caller.env, SSL_CERT_FILE: join(made.dir, 'internet.pem') };
  world = { ...made, caller: { ...made.caller, env } };
  world.configure(`connections:
  anthropic: { protocol: anthropic-messages, upstream: "https://localhost:${port.known}/api" }
  address: { protocol: http, upstream: "https://127.0.0.1:1" }
  page: { protocol: http, upstream: "${plain.url}/known" }
`);
  world.git('commit', '-q', '--allow-empty', '-m', 'first');
  service = await startService(world);
  session = await open(world);
});

afterAll(async () => {
  await service.stop();
  await plain.close();
  for (const close of closers) await close();
  world.remove();
});

const proxyPort = (): number => Number(new URL(session.daemon.url).port);
const basic = (token: string): string =>
  `Proxy-Authorization: Basic ${Buffer.from(`aitrail:${token}`).toString('base64')}\r\n`;

/** Sends very bytes and gives back the socket with the head of the answer. */
async function ask(text: string): Promise<{ readonly socket: Socket; readonly head: string }> {
  const socket = connect(proxyPort(), '127.0.0.1');
  socket.write(text);
  let head = '';
  while (!head.includes('\r\n\r\n')) {
    const [chunk] = await once(socket, 'data');
    head += String(chunk);
  }
  return { socket, head };
}

const tunnelTo = (target: string, token: string) =>
  ask(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${basic(token)}\r\n`);

async function secure(socket: Socket, ca: string): Promise<TLSSocket> {
  const tls = connectTls({
    socket,
    servername: 'localhost',
    ca,
    ALPNProtocols: ['http/1.1'],
  });
  await once(tls, 'secureConnect');
  return tls;
}

async function speak(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

const findTunnel = async () =>
  (await listAll(world)).findLast(({ method }) => method === 'CONNECT');

const variables = () =>
  openEnvironment(world.caller, 'not needed: the service runs', () => undefined);

const ownCertificate = async (): Promise<string> => {
  const env = await variables();
  return readFileSync(env['NODE_EXTRA_CA_CERTS'] ?? '', 'utf8');
};

test.each([
  ['none', ''],
  ['a wrong one', basic('wrong')],
])('CONNECT with token %s: 407, and no record', async (_, header) => {
  const before = (await listAll(world)).length;
  const { socket, head } = await ask(`CONNECT localhost:${port.other} HTTP/1.1\r\n${header}\r\n`);
  expect(head).toMatch(/^HTTP\/1.1 407 /);
  expect(head.toLowerCase()).toContain('proxy-authenticate: basic');
  socket.destroy();
  expect((await listAll(world)).length).toBe(before);
});

test('the host of a connection is decrypted with a certificate of the local authority, and recorded', async () => {
  const { socket, head } = await tunnelTo(`localhost:${port.known}`, session.token);
  expect(head).toMatch(/^HTTP\/1.1 200 /);
  const bundle = await ownCertificate();
  const tls = await secure(socket, bundle);
  expect(tls.getPeerCertificate().issuer.O).toBe('aitrail');
  const answer = await speak(
    tls,
    'POST /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}',
  );
  expect(answer).toContain(REPLY.slice(-30));
  expect(asked.at(-1)).toBe('POST /api/v1/messages ');
  expect((await listAll(world)).at(-1)).toMatchObject({
    connection: 'anthropic',
    url: '/v1/messages',
    wire: 'anthropic-messages',
    model: 'claude-x',
    outcome: 'ok',
    responseSha256: sha256(REPLY),
  });
});

test('a host that is an address has a certificate for it', async () => {
  const { socket } = await tunnelTo('127.0.0.1:1', session.token);
  const tls = connectTls({ socket, host: '127.0.0.1', ca: await ownCertificate() });
  await once(tls, 'secureConnect');
  expect(tls.getPeerCertificate().subjectaltname).toBe('IP Address:127.0.0.1');
  tls.destroy();
});

test('a path outside of every connection passes and leaves counts alone', async () => {
  const { socket } = await tunnelTo(`localhost:${port.known}`, session.token);
  const bundle = await ownCertificate();
  const tls = await secure(socket, bundle);
  await speak(
    tls,
    'GET /telemetry?q=private HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  );
  expect(asked.at(-1)).toBe('GET /telemetry?q=private ');
  const exchange = (await listAll(world)).at(-1);
  expect(exchange).toMatchObject({ connection: '(none)', responseBytes: REPLY.length });
  expect(exchange?.url).not.toContain('private');
  await withStore(world, async (store) =>
    expect((await store.readReply(exchange?.id ?? '')).length).toBe(0),
  );
});

test("any other host is tunnelled blind: the origin's own certificate, host and byte counts", async () => {
  const { socket } = await tunnelTo(`localhost:${port.other}`, session.token);
  const tls = await secure(socket, internet);
  expect(tls.getPeerCertificate().issuer.CN).toBe('the internet');
  const answer = await speak(
    tls,
    'GET /secret HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  );
  expect(answer).toContain('message_stop');
  for (let i = 0; i < 100 && (await findTunnel())?.outcome === 'open'; i += 1) await sleep(20);
  const exchange = await findTunnel();
  expect(exchange).toMatchObject({ url: `localhost:${port.other}`, outcome: 'ok', model: null });
  expect(exchange?.requestBytes).toBeGreaterThan(100);
  expect(exchange?.responseBytes).toBeGreaterThan(REPLY.length);
});

test('a host that does not answer: 502, and the record says so', async () => {
  const { socket, head } = await tunnelTo('127.0.0.1:2', session.token);
  expect(head).toMatch(/^HTTP\/1.1 502 /);
  socket.destroy();
  expect((await listAll(world)).at(-1)).toMatchObject({
    method: 'CONNECT',
    outcome: 'upstream-error',
  });
});

test.each([
  ['a connection', '/known/a?b=1', { connection: 'page', url: '/a?b=1', status: 200 }],
  ['no connection', '/elsewhere?b=1', { connection: '(none)', url: '/elsewhere', status: 200 }],
])('absolute form, %s', async (_, path, want) => {
  const socket = connect(proxyPort(), '127.0.0.1');
  const host = new URL(plain.url).host;
  const answer = await speak(
    socket,
    `GET ${plain.url}${path} HTTP/1.1\r\nHost: ${host}\r\n${basic(session.token)}Connection: close\r\n\r\n`,
  );
  expect(answer.replace(/\r\n[0-9a-f]+\r\n/g, '')).toContain('plain answer');
  expect(plain.asked.at(-1)).toMatchObject({ url: path });
  expect(plain.asked.at(-1)?.headers['proxy-authorization']).toBeUndefined();
  expect((await listAll(world)).at(-1)).toMatchObject(want);
});

test('absolute form without the token: 407', async () => {
  const before = plain.asked.length;
  const answer = await speak(
    connect(proxyPort(), '127.0.0.1'),
    `GET ${plain.url}/known HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1.1 407 /);
  expect(answer.toLowerCase()).toContain('proxy-authenticate: basic');
  expect(plain.asked.length).toBe(before);
});

test('curl with the variables of aitrail env comes through the proxy, key files are private', async () => {
  const env = await variables();
  const { stdout } = await promisify(execFile)(
    'curl',
    ['-sS', '--noproxy', '', '-d', '{}', `https://localhost:${port.known}/api/v1/messages`],
    { env: { ...world.caller.env, ...env } },
  );
  expect(stdout).toBe(REPLY);
  expect((await listAll(world)).at(-1)).toMatchObject({ connection: 'anthropic', outcome: 'ok' });
  const key = statSync(join(world.home, 'authority', 'authority.pem'));
  expect(key.mode & 0o777).toBe(0o600);
});
