// Connections whose bodies are kept and not understood: long bodies, and connections that are not recorded.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenedSession } from '../../src/flow/session/open-session.ts';
import { showRecord } from '../../src/flow/show/show-record.ts';
import { shownText } from '../../src/print/shown-lines.ts';
import { pickStyle } from '../../src/print/style.ts';
import { listAll, makeWorld, open, type Service } from './world.ts';
import { sha256, startService, withStore, type World } from './world.ts';

const MIB = 1024 * 1024;
let world: World;
let service: Service;
let session: OpenedSession;
let close: () => Promise<void>;

beforeAll(async () => {
  world = makeWorld();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      response.writeHead(201, { 'content-type': 'application/json', 'x-odd': 'yes' });
      response.end(
        request.url === '/long'
          ? Buffer.alloc(5 * MIB, 'x')
          : JSON.stringify({ got: sha256(body) }),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
  world.configure(`connections:
  forge: { protocol: http, upstream: "${url}" }
  quiet: { protocol: http, upstream: "${url}",
    record: false }
`);
  service = await startService(world);
  session = await open(world);
});

afterAll(async () => {
  await service.stop();
  await close();
  world.remove();
});

test.each([
  ['in memory', 5 * MIB],
  ['streaming past', 20 * MIB],
])('a long body leaves its digest and length: %s', async (_, size) => {
  const body = Buffer.alloc(size, 'y');
  const reply = await fetch(`${session.baseUrl('forge')}/upload`, { method: 'PUT', body });
  expect(await reply.json()).toEqual({ got: sha256(body) });
  const exchange = (await listAll(world)).at(-1);
  expect(exchange).toMatchObject({ status: 201, requestBytes: size, requestSha256: sha256(body) });
  await withStore(world, async (store) => {
    expect((await store.readRequest(exchange?.id ?? '')).length).toBe(0);
    expect((await store.readReply(exchange?.id ?? '')).length).toBeGreaterThan(0);
    const { response } = await store.readHeaders(exchange?.id ?? '');
    expect(response).toContainEqual(['content-type', 'application/json']);
    expect(JSON.stringify(response)).not.toContain('x-odd');
  });
});

test('a long reply arrives whole, and no more than 4 MiB of it are kept', async () => {
  const reply = await fetch(`${session.baseUrl('forge')}/long`);
  const bytes = Buffer.from(await reply.arrayBuffer());
  expect(bytes.length).toBe(5 * MIB);
  const exchange = (await listAll(world)).at(-1);
  expect(exchange).toMatchObject({ responseBytes: 5 * MIB, responseSha256: sha256(bytes) });
  await withStore(world, async (store) =>
    expect((await store.readReply(exchange?.id ?? '')).length).toBe(4 * MIB),
  );
});

test('record: false leaves who, when, how much and which rule, and nothing of what was said', async () => {
  const url = `${session.baseUrl('quiet')}/x?q=private`;
  const reply = await fetch(url, { method: 'POST', body: 'private words' });
  expect(reply.status).toBe(201);
  const bytes = (await reply.text()).length;
  const exchange = (await listAll(world)).at(-1);
  expect(exchange).toMatchObject({
    url: '/x',
    requestBytes: 13,
    responseBytes: bytes,
    outcome: 'ok',
  });
  await withStore(world, async (store) => {
    expect((await store.readRequest(exchange?.id ?? '')).length).toBe(0);
    expect((await store.readReply(exchange?.id ?? '')).length).toBe(0);
    const { request, response } = await store.readHeaders(exchange?.id ?? '');
    expect(request).toEqual([
      [
        'aitrail-not-recorded',
        expect.stringMatching(/^connections\.quiet\.record is false \(.*config\.yaml:4:5\)$/),
      ],
    ]);
    expect(response).toEqual([]);
  });
  const shown = await showRecord(world.caller, exchange?.id ?? '');
  const page = { width: 200, linesMax: 60, style: pickStyle(false) };
  expect(shownText(shown, page)).toContain('not recorded: connections.quiet.record is false');
});
