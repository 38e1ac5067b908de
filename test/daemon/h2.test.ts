// HTTP/2 on both sides of the forward proxy: streams, resets, flow control, trailers, and what becomes of the record.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeTrustFiles } from '../../src/flow/record/authority-book.ts';
import type { OpenedSession } from '../../src/flow/session/open-session.ts';
import { openH2Client, type Origin, startOrigin } from './tls.ts';
import {
  listAll,
  makeWorld,
  open,
  post,
  sha256,
  startService,
  type Service,
  type World,
} from './world.ts';

const MIB = 1024 * 1024;
let world: World;
let service: Service;
let session: OpenedSession;
let origin: Origin;
let client: ClientHttp2Session;
const sessions: ServerHttp2Session[] = [];

type Answer = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, body: Buffer) => void;
const answers = new Map<string, Answer>();

const delta = (text: string): string =>
  `event: content_block_delta\ndata: ${JSON.stringify({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })}\n\n`;
const STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
// nothing in it is held back by masks
const PING = 'event: ping\ndata: {"type":"ping"}\n\n';
const STREAM = { ':status': 200, 'content-type': 'text/event-stream' };

beforeAll(async () => {
  const made = makeWorld();
  origin = await startOrigin();
  made.put('internet.pem', origin.certificate);
  const env = { ...made.caller.env, SSL_CERT_FILE: join(made.dir, 'internet.pem') };
  world = { ...made, caller: { ...made.caller, env } };
  origin.server.on('session', (one: ServerHttp2Session) => void sessions.push(one));
  origin.server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => undefined);
    const name = String(headers['x-case']);
    if (name === 'early') return answers.get(name)?.(stream, headers, Buffer.alloc(0));
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => answers.get(name)?.(stream, headers, Buffer.concat(chunks)));
  });
  const url = `https://localhost:${origin.port}`;
  world.configure(`connections:
  anthropic: { protocol: anthropic-messages, upstream: "${url}" }
  files: { protocol: http, upstream: "${url}/files" }
`);
  service = await startService(world);
  session = await open(world);
  const { own } = await writeTrustFiles(world.caller, world.home);
  const ca = readFileSync(own, 'utf8');
  client = await openH2Client({ session, target: `localhost:${origin.port}`, ca });
});

afterAll(async () => {
  client.destroy();
  await service.stop();
  await origin.close();
  world.remove();
});

interface Got {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly code: number;
}

function ask(
  name: string,
  body: string | Buffer = '{"stream":true,"messages":[]}',
): ClientHttp2Stream {
  const stream = client.request({
    ':method': 'POST',
    ':path': '/v1/messages',
    'content-type': 'application/json',
    'x-case': name,
  });
  stream.end(body);
  return stream;
}

async function read(stream: ClientHttp2Stream): Promise<Got> {
  let [headers, trailers, text]: [IncomingHttpHeaders, IncomingHttpHeaders, string] = [{}, {}, ''];
  stream.on('response', (one) => (headers = one));
  stream.on('trailers', (one) => (trailers = one));
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  stream.on('error', () => undefined);
  await new Promise((resolve) => stream.on('close', resolve));
  return { status: Number(headers[':status']), text, headers, trailers, code: stream.rstCode };
}

const last = async () => (await listAll(world)).at(-1);

test('32 streams at once on one connection: a record each, none mixed, one connection upstream', async () => {
  answers.set('many', (stream, _headers, body) => {
    stream.respond(STREAM);
    const name = String(JSON.parse(body.toString()).name);
    let left = 5;
    const timer = setInterval(() => {
      left -= 1;
      stream.write(delta(`${name} says so. `));
      if (left > 0) return;
      clearInterval(timer);
      stream.end(STOP);
    }, 4);
  });
  const before = sessions.length;
  const names = Array.from({ length: 32 }, (_, at) => `stream ${at}`);
  const got = await Promise.all(
    names.map((name) => read(ask('many', JSON.stringify({ name, stream: true, messages: [] })))),
  );
  for (const [at, { text, code }] of got.entries()) {
    expect(code).toBe(0);
    expect(text).toBe(delta(`stream ${at} says so. `).repeat(5) + STOP);
  }
  const recorded = (await listAll(world)).slice(-32);
  expect(new Set(recorded.map(({ clientSha256 }) => clientSha256))).toEqual(
    new Set(got.map(({ text }) => sha256(text))),
  );
  expect(recorded.every(({ outcome, status }) => outcome === 'ok' && status === 200)).toBe(true);
  expect(sessions.length - before).toBe(1);
});

test('the client resets its stream: the upstream is let go, the record says who and has the bytes up to then', async () => {
  let upstream: ServerHttp2Stream | null = null;
  answers.set('abort', (stream) => {
    upstream = stream;
    stream.respond(STREAM);
    stream.write(PING);
  });
  const stream = ask('abort');
  await once(stream, 'data');
  stream.close(constants.NGHTTP2_CANCEL);
  await expect.poll(async () => (await last())?.outcome).toBe('client-abort');
  expect(await last()).toMatchObject({ clientSha256: sha256(PING) });
  await expect.poll(() => upstream?.rstCode).toBe(constants.NGHTTP2_CANCEL);
});

test.each([
  ['an error', constants.NGHTTP2_INTERNAL_ERROR],
  ['a cancel, which looks like an end to node', constants.NGHTTP2_CANCEL],
])(
  'the upstream resets in mid-stream with %s: the client sees it, the record says so',
  async (_, code) => {
    answers.set('reset', (stream) => {
      // node ends a stream before it resets it, unless the end waits for trailers
      stream.respond(STREAM, { waitForTrailers: true });
      stream.write(delta('half'), () => setTimeout(() => stream.close(code), 20));
    });
    const got = await read(ask('reset'));
    expect(got.text).toBe(delta('half'));
    expect(got.code).not.toBe(0);
    expect(await last()).toMatchObject({
      outcome: 'upstream-error',
      clientSha256: sha256(got.text),
    });
  },
);

test("the connection breaks before an answer: the provider's own error, to be tried again", async () => {
  answers.set('gone', (stream) => stream.session?.destroy());
  const got = await read(ask('gone'));
  expect(got.status).toBe(502);
  expect(JSON.parse(got.text)).toMatchObject({ type: 'error' });
  expect((await last())?.outcome).toBe('upstream-error');
});

test('GOAWAY: what is open is finished, what comes next has another connection', async () => {
  answers.set('away', (stream) => {
    stream.respond(STREAM);
    stream.write(PING);
    stream.session?.goaway(constants.NGHTTP2_NO_ERROR);
    setTimeout(() => stream.end(STOP), 50);
  });
  answers.set('next', (stream) => {
    stream.respond(STREAM);
    stream.end(STOP);
  });
  const under = ask('away');
  const [got] = await Promise.all([read(under), once(under, 'data')]);
  expect(got.text).toBe(PING + STOP);
  const before = sessions.length;
  expect(await read(ask('next'))).toMatchObject({ status: 200, text: STOP });
  expect(sessions.length - before).toBe(1);
});

test('a stream that the upstream refuses unseen is asked once more, and is one record', async () => {
  let times = 0;
  answers.set('refused', (stream) => {
    times += 1;
    if (times === 1) return stream.close(constants.NGHTTP2_REFUSED_STREAM);
    stream.respond(STREAM);
    stream.end(STOP);
  });
  const before = (await listAll(world)).length;
  expect(await read(ask('refused'))).toMatchObject({ status: 200, text: STOP });
  expect(times).toBe(2);
  expect((await listAll(world)).length - before).toBe(1);
});

test('headers of many values, cookies in crumbs, and trailers pass', async () => {
  let heard: IncomingHttpHeaders = {};
  answers.set('fields', (stream, headers) => {
    heard = headers;
    const fields = { 'set-cookie': ['a=1', 'b=2'], 'x-odd': 'yes', 'content-type': 'text/plain' };
    stream.respond({ ':status': 201, ...fields }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end('fine');
  });
  const stream = client.request({
    ':method': 'GET',
    ':path': '/files/a?b=1',
    'x-case': 'fields',
    cookie: ['one=1', 'two=2'],
  });
  const got = await read(stream);
  expect(got).toMatchObject({ status: 201, text: 'fine', trailers: { 'grpc-status': '0' } });
  expect(got.headers['set-cookie']).toEqual(['a=1', 'b=2']);
  expect(heard).toMatchObject({ ':path': '/files/a?b=1', cookie: 'one=1; two=2', te: 'trailers' });
  expect(await last()).toMatchObject({ connection: 'files', url: '/a?b=1', status: 201 });
});

test('a body of 20 MiB streams up, one of 20 MiB down: the same bytes', async () => {
  const up = Buffer.alloc(20 * MIB, 'u');
  answers.set('long', (stream, _headers, body) => {
    stream.respond({ ':status': 200, 'x-got': sha256(body), 'content-type': 'text/plain' });
    stream.end(Buffer.alloc(20 * MIB, 'd'));
  });
  const got = await read(ask('long', up));
  expect(got.headers['x-got']).toBe(sha256(up));
  expect(sha256(got.text)).toBe(sha256(Buffer.alloc(20 * MIB, 'd')));
  expect(await last()).toMatchObject({ requestBytes: 20 * MIB, responseBytes: 20 * MIB });
});

test('a client that does not read holds the upstream up', async () => {
  let sentBytes = 0;
  answers.set('slow', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'text/plain' });
    const block = Buffer.alloc(64 * 1024, 'x');
    const more = (): void => {
      while (sentBytes < 50 * MIB) {
        sentBytes += block.length;
        if (!stream.write(block)) return void stream.once('drain', more);
      }
      stream.end();
    };
    more();
  });
  const stream = ask('slow');
  stream.on('error', () => undefined);
  await once(stream, 'response');
  await sleep(400);
  const stalled = sentBytes;
  await sleep(200);
  expect(sentBytes).toBe(stalled);
  expect(stalled).toBeLessThan(8 * MIB);
  stream.close(constants.NGHTTP2_CANCEL);
  await expect.poll(async () => (await last())?.outcome).toBe('client-abort');
});

test('a client of HTTP/1.1 by base URL reaches an upstream that speaks HTTP/2', async () => {
  const headers = { 'x-case': 'next', 'x-odd': 'Yes' };
  const reply = await post(
    `${session.baseUrl('anthropic')}/v1/messages`,
    { messages: [] },
    headers,
  );
  expect(await reply.text()).toBe(STOP);
  expect(await last()).toMatchObject({ outcome: 'ok', status: 200 });
});
