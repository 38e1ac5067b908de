// Connections whose bodies are kept and not understood: git over HTTP, long bodies, and connections that are not recorded.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenedSession } from '../../src/flow/open-session.ts';
import { showRecord } from '../../src/flow/show-record.ts';
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
    if (request.url?.startsWith('/git/') === true) return backend(request, response);
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
  world.put('repo/a.txt', 'one\n');
  world.git('add', '.');
  world.git('commit', '-q', '-m', 'first');
  execFileSync('git', ['clone', '-q', '--bare', world.repo, join(world.dir, 'git', 'r.git')]);
  execFileSync('git', [
    '-C',
    join(world.dir, 'git', 'r.git'),
    'config',
    'http.receivepack',
    'true',
  ]);
  service = await startService(world);
  session = await open(world);
});

afterAll(async () => {
  await service.stop();
  await close();
  world.remove();
});

/** git's own CGI program behind a server of a few lines. */
function backend(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '', 'http://x');
  const cgi = spawn('git', ['http-backend'], {
    env: {
      ...world.caller.env,
      GIT_PROJECT_ROOT: world.dir,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? '',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      REMOTE_USER: 'ada',
    },
  });
  request.pipe(cgi.stdin);
  const chunks: Buffer[] = [];
  cgi.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  cgi.on('close', () => {
    const all = Buffer.concat(chunks);
    const end = all.indexOf('\r\n\r\n');
    const lines = all.subarray(0, end).toString().split('\r\n');
    const pairs = lines.map((line) => line.split(': '));
    const status = Number(pairs.find(([name]) => name === 'Status')?.[1]?.slice(0, 3) ?? 200);
    response.writeHead(status, Object.fromEntries(pairs.filter(([name]) => name !== 'Status')));
    response.end(all.subarray(end + 4));
  });
}

test('git clone and git push through a connection: the same repository, every request a record', async () => {
  const run = promisify(execFile);
  const git = (...args: string[]) => run('git', args, { cwd: world.dir, env: world.caller.env });
  await git('clone', '-q', `${session.baseUrl('forge')}/git/r.git`, 'clone');
  world.put('clone/b.txt', 'two\n');
  await git('-C', 'clone', 'add', '.');
  await git('-C', 'clone', 'commit', '-q', '-m', 'second');
  await git('-C', 'clone', 'push', '-q', 'origin', 'HEAD:refs/heads/second');
  const pushed = await git('-C', 'git/r.git', 'log', '--format=%s', 'second');
  expect(pushed.stdout).toBe('second\nfirst\n');
  const exchanges = await listAll(world);
  expect(
    exchanges.every(({ connection, outcome }) => connection === 'forge' && outcome === 'ok'),
  ).toBe(true);
  expect(exchanges.map(({ method, url }) => `${method} ${url}`)).toEqual(
    expect.arrayContaining([
      'GET /git/r.git/info/refs?service=git-upload-pack',
      'POST /git/r.git/git-receive-pack',
    ]),
  );
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
