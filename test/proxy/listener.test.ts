import { EventEmitter, once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { openListener } from '../../src/proxy/listener.ts';
import { type DoorOptions, openTestDoor, replyOf, type TestDoor } from './bench-door.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const open: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function startModel(answer: Answer): Promise<string> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
}

interface Proxied {
  readonly door: TestDoor;
  readonly port: number;
  readonly base: string;
}

async function startProxy(options: DoorOptions): Promise<Proxied> {
  const door = openTestDoor(options);
  const listener = await openListener({ port: 0, trust: null }, door);
  open.unshift({ close: () => listener.close(100) });
  return { door, port: listener.port, base: `http://127.0.0.1:${listener.port}/token/anthropic` };
}

const setUp = async (answer: Answer, more: Partial<DoorOptions> = {}): Promise<Proxied> =>
  startProxy({ upstream: await startModel(answer), ...more });

/** Sends very bytes and reads until the other side closes. */
async function speak(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !holds(); i += 1) await sleep(10);
  expect(holds()).toBe(true);
}

test('method, path, query, unknown headers and body arrive as sent; hop-by-hop headers do not', async () => {
  const seen: { method: string; url: string; headers: string[]; body: string }[] = [];
  const { port, door } = await setUp((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', rawHeaders } = incoming;
      seen.push({ method, url, headers: rawHeaders, body: Buffer.concat(chunks).toString() });
      response.writeHead(418, { 'X-Odd': 'Yes', 'retry-after': '7' }).end('short and stout');
    });
  });
  const answer = await speak(
    port,
    'PUT /token/anthropic/v1/messages?beta=true HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close, x-private\r\n' +
      'X-Private: 1\r\nAnthropic-Beta: a,b\r\nAnthropic-Beta: c\r\nx-aPI-kEY: k\r\nContent-Length: 5\r\n\r\nhello',
  );
  expect(answer).toMatch(/^HTTP\/1.1 418 /);
  expect(answer).toContain('X-Odd: Yes');
  expect(answer).toContain('retry-after: 7');
  expect(answer).toContain('short and stout');
  expect(seen[0]).toMatchObject({ method: 'PUT', url: '/v1/messages?beta=true', body: 'hello' });
  const headers = seen[0]?.headers.join('\n').toLowerCase() ?? '';
  expect(headers).toContain('anthropic-beta\na,b\nanthropic-beta\nc');
  expect(headers).toContain('x-api-key\nk');
  expect(headers).not.toContain('x-private');
  expect(door.noted[0]).toMatchObject({ ending: 'ok', path: '/v1/messages?beta=true' });
});

test.each([
  ['another name', 'evil.example', ''],
  ['another name with our port', 'evil.example:41100', ''],
  ['a name that only begins so', '127.0.0.1.evil.example', ''],
  ['a web page', '127.0.0.1', 'Origin: https://evil.example\r\n'],
  ['a page without an origin', 'localhost', 'Origin: null\r\n'],
])('403: %s', async (_, host, origin) => {
  const { port, door } = await setUp((_request, response) => response.end());
  const answer = await speak(
    port,
    `GET /token/anthropic/v1/models HTTP/1.1\r\nHost: ${host}\r\n${origin}Connection: close\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1.1 403 /);
  expect(answer).toContain('FOREIGN_ORIGIN');
  expect(door.noted).toEqual([]);
});

test.each(['/wrong/anthropic/v1/messages', '/v1/messages', '/', '/token'])(
  '401 without the token: %s',
  async (path) => {
    let requests = 0;
    const { port } = await setUp((_request, response) => {
      requests += 1;
      response.end();
    });
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('x-aitrail-error')).toBe('TOKEN_UNKNOWN');
    expect(requests).toBe(0);
  },
);

test('HEAD and empty replies have no body and keep their headers', async () => {
  const { base } = await setUp((incoming, response) => {
    if (incoming.method === 'HEAD') response.writeHead(200, { 'content-length': '12' });
    else response.writeHead(204);
    response.end();
  });
  const head = await fetch(`${base}/api/hello`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '12']);
  expect((await fetch(`${base}/v1/x`)).status).toBe(204);
});

test('the first event arrives before the model has sent the second', async () => {
  const later: (() => void)[] = [];
  const { base } = await setUp((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
    later.push(() => response.end('data: 2\n\n'));
  });
  const reply = await fetch(`${base}/v1/messages`, { method: 'POST', body: '{}' });
  const reader = reply.body?.getReader();
  const first = await reader?.read();
  expect(Buffer.from(first?.value ?? []).toString()).toBe('data: 1\n\n');
  for (const sendSecond of later) sendSecond();
  const second = await reader?.read();
  expect(Buffer.from(second?.value ?? []).toString()).toBe('data: 2\n\n');
});

test('the terminal event waits for the record, what stands before it does not', async () => {
  const gate = new EventEmitter();
  const { base, door } = await setUp(
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: text\n\n');
      setTimeout(() => response.write('data: stop\n\n'), 20);
      setTimeout(() => response.end('data: after\n\n'), 40);
    },
    { terminal: 'stop', beforeSettle: async () => void (await once(gate, 'open')) },
  );
  const reply = await fetch(`${base}/v1/messages`, { method: 'POST', body: '{}' });
  const reader = reply.body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: text\n\n');
  await until(() => replyOf(door.noted[0]).includes('after'));
  const next = reader?.read();
  const early = await Promise.race([next, sleep(50).then(() => 'nothing')]);
  expect(early).toBe('nothing');
  gate.emit('open');
  expect(Buffer.from((await next)?.value ?? []).toString()).toBe('data: stop\n\ndata: after\n\n');
});

test('an upstream that stays open after the terminal event keeps nobody waiting, and what it sends later passes', async () => {
  const { base, door } = await setUp(
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: stop\n\n');
      setTimeout(() => response.end('data: late\n\n'), 600);
    },
    { terminal: 'stop' },
  );
  const reply = await fetch(`${base}/v1/messages`, { method: 'POST', body: '{}' });
  expect(await reply.text()).toBe('data: stop\n\ndata: late\n\n');
  expect(door.noted[0]).toMatchObject({ ending: 'ok', keptAtSettle: 12 });
});

test('a record that cannot be closed: the error event instead of the end, 503 where nothing was sent', async () => {
  const { base } = await setUp(
    (incoming, response) => {
      const isStream = incoming.url?.includes('stream') === true;
      const type = isStream ? 'text/event-stream' : 'application/json';
      response.writeHead(200, { 'content-type': type });
      response.end(isStream ? 'data: stop\n\n' : '');
    },
    { isStoreBroken: true, terminal: 'stop' },
  );
  const stream = await fetch(`${base}/v1/messages?stream`, { method: 'POST', body: '{}' });
  expect(await stream.text()).toBe('event: error\ndata: {}\n\n');
  const whole = await fetch(`${base}/v1/messages`, { method: 'POST', body: '{}' });
  expect(whole.status).toBe(503);
});

test('upstream down: 502; refused by the recorder: not forwarded', async () => {
  const down = await startProxy({ upstream: 'http://127.0.0.1:1' });
  const answer = await fetch(`${down.base}/v1/messages`, { method: 'POST', body: '{}' });
  expect(answer.status).toBe(502);
  expect(await answer.text()).toContain('ECONNREFUSED');
  expect(down.door.noted[0]?.ending).toBe('upstream-error');

  let requests = 0;
  const full = await setUp(
    (_request, response) => {
      requests += 1;
      response.end();
    },
    {
      refuseAtBegin: {
        kind: 'refused',
        status: 503,
        code: 'STORE_FULL',
        message: 'disk full',
        format: null,
      },
    },
  );
  expect((await fetch(`${full.base}/v1/messages`, { method: 'POST', body: '{}' })).status).toBe(
    503,
  );
  expect(requests).toBe(0);
});

test('a reply that breaks off breaks off for the client too, after the bytes that came', async () => {
  const { port, door } = await setUp((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: half\n\n', () => response.destroy());
  });
  const answer = await speak(
    port,
    'GET /token/anthropic/v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
  );
  expect(answer).toContain('data: half\n\n');
  expect(answer).not.toMatch(/\r\n0\r\n/);
  expect(door.noted[0]).toMatchObject({ ending: 'upstream-error' });
  expect(replyOf(door.noted[0])).toBe('data: half\n\n');
});

test('a client that hangs up: the upstream is let go and the record says so', async () => {
  let isUpstreamClosed = false;
  const { base, door } = await setUp((_request, response) => {
    response.on('close', () => (isUpstreamClosed = true));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
  });
  const controller = new AbortController();
  const reply = await fetch(`${base}/v1/messages`, {
    method: 'POST',
    body: '{}',
    signal: controller.signal,
  });
  await reply.body?.getReader().read();
  controller.abort();
  await until(() => isUpstreamClosed && door.noted[0]?.ending !== null);
  expect(door.noted[0]).toMatchObject({ ending: 'client-abort' });
  expect(replyOf(door.noted[0])).toBe('data: 1\n\n');
});

test('32 streams at once: none takes a byte of another', async () => {
  const { base, door } = await setUp((incoming, response) => {
    const name = incoming.headers['x-name'];
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let left = 20;
    const timer = setInterval(() => {
      left -= 1;
      response.write(`data: ${String(name)} ${String(left)}\n\n`);
      if (left > 0) return;
      clearInterval(timer);
      response.end();
    }, 2);
  });
  const texts = await Promise.all(
    Array.from({ length: 32 }, async (_, name) => {
      const headers = { 'x-name': String(name) };
      const reply = await fetch(`${base}/v1/messages`, {
        method: 'POST',
        body: String(name),
        headers,
      });
      return reply.text();
    }),
  );
  const wanted = texts.map((_, name) =>
    Array.from({ length: 20 }, (_unused, i) => `data: ${name} ${19 - i}\n\n`).join(''),
  );
  expect(texts).toEqual(wanted);
  expect(door.noted).toHaveLength(32);
  for (const note of door.noted) expect(replyOf(note)).toBe(wanted[Number(note.body.toString())]);
});

test('a slow reader slows the model down: nothing piles up', async () => {
  const total = 64 * 1024 * 1024;
  let sent = 0;
  const { base } = await setUp((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const more = (): void => {
      while (sent < total) {
        sent += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', more);
      }
      response.end();
    };
    more();
  });
  const client = request(`${base}/v1/files/x/content`);
  client.end();
  const [response] = await once(client, 'response');
  response.pause();
  let before = -1;
  while (before !== sent) {
    before = sent;
    await sleep(150);
  }
  expect(sent).toBeLessThan(total / 2); // what sockets and buffers on the way hold, and no more
  let got = 0;
  response.on('data', (chunk: Buffer) => (got += chunk.length));
  response.resume();
  await once(response, 'end');
  expect(got).toBe(total);
});

test('a body beyond what is kept in memory streams past', async () => {
  let received = 0;
  const { port, door } = await setUp((incoming, response) => {
    incoming.on('data', (chunk: Buffer) => (received += chunk.length));
    incoming.on('end', () => response.end(incoming.headers['content-length']));
  });
  const size = 40 * 1024 * 1024;
  const client = request({
    port,
    host: '127.0.0.1',
    path: '/token/anthropic/v1/files',
    method: 'POST',
    headers: { 'content-length': size },
  });
  for (let at = 0; at < size; at += 1024 * 1024)
    if (!client.write(Buffer.alloc(1024 * 1024))) await once(client, 'drain');
  client.end();
  const [response] = await once(client, 'response');
  let length = '';
  response.on('data', (chunk: Buffer) => (length += chunk.toString()));
  await once(response, 'end');
  expect([received, length]).toEqual([size, String(size)]);
  expect(door.noted[0]?.body.length).toBeLessThan(size);
});

test('a WebSocket is answered with 426, so that the client goes on without', async () => {
  const { port } = await setUp((_request, response) => response.end());
  const answer = await speak(
    port,
    'GET /token/openai/v1/responses HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  expect(answer).toMatch(/^HTTP\/1.1 426 /);
});

test('a busy port is a clear error', async () => {
  const { port } = await setUp((_request, response) => response.end());
  await expect(
    openListener({ port, trust: null }, openTestDoor({ upstream: 'http://x' })),
  ).rejects.toMatchObject({
    code: 'PORT_BUSY',
  });
});
