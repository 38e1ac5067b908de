// The daemon as a process of its own: started, found, killed, started again. Uses the built program.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { keepSecret } from '../../src/flow/mask/keep-secret.ts';
import { ensureVaultKey } from '../../src/identity/vault-key.ts';
import { openStore } from '../../src/store/open-store.ts';
import { findDaemon } from '../../src/flow/daemon/find-daemon.ts';
import {
  connectionsTo,
  listAll,
  makeWorld,
  type Model,
  post,
  startModel,
  type World,
} from './world.ts';

const SCRIPT = resolve('bin/aitrail.js');

// each starts several programs, on a machine that may be busy
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function newWorld(): World {
  const world = makeWorld();
  ends.push(() => {
    aitrail(world, 'proxy', 'stop');
    world.remove();
  });
  return world;
}

function aitrail(world: World, ...args: string[]): Ran {
  const { env, cwd } = world.caller;
  return spawnSync(process.execPath, [SCRIPT, ...args], {
    env,
    cwd,
    encoding: 'utf8',
    timeout: 30_000,
  });
}

function start(world: World, ...args: string[]): ChildProcess {
  const { env, cwd } = world.caller;
  return spawn(process.execPath, [SCRIPT, ...args], {
    env,
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function newModel(text = 'fine'): Promise<Model> {
  const model = await startModel((_asked, response) => response.end(text));
  ends.push(() => model.close());
  return model;
}

interface Status {
  readonly running: boolean;
  readonly pid: number;
  readonly url: string;
  readonly socket: string;
}

const statusOf = (world: World): Status =>
  JSON.parse(aitrail(world, 'proxy', 'status', '--json').stdout);

test('start, status, stop; each again', () => {
  const world = newWorld();
  expect(statusOf(world)).toMatchObject({
    schema: 'aitrail.status/1',
    running: false,
    exchanges: 0,
    store: world.home,
  });
  expect(aitrail(world, 'proxy', 'start')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^started at http/),
  });
  expect(aitrail(world, 'proxy', 'start').stdout).toMatch(/^running at http/);
  const { running, url, socket } = statusOf(world);
  expect(running).toBe(true);
  expect(statSync(socket).mode & 0o077).toBe(0);
  expect(statSync(world.home).mode & 0o077).toBe(0);
  expect(aitrail(world, 'proxy', 'logs').stdout).toContain(`started: pid`);
  expect(aitrail(world, 'proxy', 'stop').stdout).toBe('stopped\n');
  expect(aitrail(world, 'proxy', 'stop').stdout).toBe('not running\n');
  expect(aitrail(world, 'proxy', 'start').stdout).toBe(`started at ${url}\n`); // the port is kept
});

test('two that start at once end up with one daemon', async () => {
  const world = newWorld();
  const children = [1, 2, 3].map(() => start(world, 'proxy', 'start'));
  const said = await Promise.all(
    children.map(async (child) => {
      const chunks: Buffer[] = [];
      child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
      const [exit] = await once(child, 'close');
      return `${String(exit)} ${Buffer.concat(chunks).toString().replace(/^\w+ /, '')}`;
    }),
  );
  expect(new Set(said)).toEqual(new Set([`0 at ${statusOf(world).url}\n`]));
});

test('killed with -9 in mid-stream: the next one starts on the same port, knows the token, marks what was open', async () => {
  const world = newWorld();
  const model = await startModel((_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"half":1}\n\n');
  });
  ends.push(() => model.close());
  world.configure(connectionsTo(model.url));
  const variables: Record<string, string> = JSON.parse(
    aitrail(world, 'env', '--shell', 'json').stdout,
  );
  const reply = await post(`${variables['ANTHROPIC_BASE_URL'] ?? ''}/v1/messages`, {
    messages: [],
  });
  await reply.body?.getReader().read();
  const { pid, url } = statusOf(world);
  process.kill(pid, 'SIGKILL');
  while ((await findDaemon(world.caller.env)) !== null) await sleep(10);
  expect(existsSync(join(world.home, 'run/daemon.lock'))).toBe(true); // it could not tidy up
  expect(aitrail(world, 'proxy', 'start').stdout).toBe(`started at ${url}\n`);
  expect(await listAll(world)).toMatchObject([{ outcome: 'interrupted' }]);
  model.close().catch(() => undefined);
  const again = await post(`${variables['OPENAI_BASE_URL'] ?? ''}/responses`, {});
  expect(again.status).toBe(502); // let in, and only the model is gone
});

test('a lock whose process id is somebody else by now, and a socket that nobody serves, are no obstacle', () => {
  const world = newWorld();
  aitrail(world, 'proxy', 'start');
  const before = statusOf(world);
  process.kill(before.pid, 'SIGKILL');
  writeFileSync(join(world.home, 'run/daemon.lock'), `${String(process.pid)} 1\n`);
  expect(aitrail(world, 'proxy', 'start').status).toBe(0);
  expect(statusOf(world).pid).not.toBe(before.pid);
});

test('a busy port is told, with a fix; one that was only kept is given up', async () => {
  const world = newWorld();
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  ends.push(() => void holder.close());
  const address = holder.address();
  const port = String(typeof address === 'object' ? address?.port : 0);
  const asked = aitrail(world, 'proxy', 'start', '--port', port);
  expect(asked.status).toBe(3);
  expect(asked.stderr).toContain(`port ${port} cannot be used`);
  aitrail(world, 'proxy', 'start');
  aitrail(world, 'proxy', 'stop');
  writeFileSync(join(world.home, 'run/port'), `${port}\n`);
  expect(aitrail(world, 'proxy', 'start').status).toBe(0);
  expect(statusOf(world).url).not.toContain(`:${port}`);
});

test('a daemon of another version leaves for the one that is asked for', () => {
  const world = newWorld();
  aitrail(world, 'proxy', 'start');
  const { pid } = statusOf(world);
  const file = join(world.home, 'run/daemon.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"version":"[^"]*"/, '"version":"0.0.1"'));
  expect(aitrail(world, 'env').status).toBe(0);
  expect(statusOf(world).pid).not.toBe(pid);
});

test('the control socket knows nothing but its routes', async () => {
  const world = newWorld();
  aitrail(world, 'proxy', 'start');
  const { socket } = statusOf(world);
  const ask = (path: string): Promise<number> =>
    new Promise((answered) => {
      request({ socketPath: socket, path, method: 'POST' }, (response) => {
        response.resume();
        answered(response.statusCode ?? 0);
      }).end('nonsense');
    });
  expect(await ask('/anything')).toBe(404);
  expect(await ask('/hook')).toBe(200);
  expect(await ask('/grant')).toBe(200);
});

test('run passes on the exit status of what it ran', () => {
  const world = newWorld();
  world.put('repo/file', 'no program');
  const exits = [
    ['sh', '-c', 'exit 7'],
    ['no-such-program'],
    ['./file'],
    ['sh', '-c', 'kill -TERM $$'],
  ].map((command) => aitrail(world, 'run', '--', ...command).status);
  expect(exits).toEqual([7, 127, 126, 143]);
  world.configure('mode: never\n');
  const ran = aitrail(world, 'run', '--', 'true');
  expect(ran.status).toBe(125); // it failed itself
  expect(ran.stderr).toMatch(
    /config\.yaml:1:1: mode: must be enforce \| observe \(CONFIG_INVALID\)\n {2}fix: /,
  );
});

test('run: the child talks to the model through a session of its own, which ends with it', async () => {
  const world = newWorld();
  const model = await newModel('{"content":[]}');
  world.configure(connectionsTo(model.url));
  const script = `
    const base = process.env.ANTHROPIC_BASE_URL;
    const reply = await fetch(base + '/v1/messages', { method: 'POST', body: '{"messages":[]}' });
    console.log(await reply.text(), base, process.argv.slice(1).join(' '));`;
  const child = start(
    world,
    'run',
    '--',
    process.execPath,
    '--input-type=module',
    '-e',
    script,
    'a b',
    '--flag',
  );
  const chunks: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
  const [exit] = await once(child, 'close');
  const [reply, base = '', ...words] = Buffer.concat(chunks).toString().trim().split(' ');
  expect([exit, reply, words.join(' ')]).toEqual([0, '{"content":[]}', 'a b --flag']);
  expect(Buffer.concat(errors).toString()).toMatch(
    // what a first run says, and nothing else
    /^aitrail: this session is recorded: .*\naitrail: it stays in .*\naitrail: signed notes .*\naitrail: recorded 1 exchange, 0 edits \(aitrail show s\w{10}\)\n$/,
  );
  expect((await post(`${base}/v1/messages`, {})).status).toBe(401);
  expect(model.asked).toHaveLength(1);
});

test('run: a daemon that is killed serves again on the same port, and the session goes on', async () => {
  const world = newWorld();
  const model = await newModel('{"content":[]}');
  world.configure(connectionsTo(model.url));
  const script = `
    import { readFileSync } from 'node:fs';
    const ask = () => fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', { method: 'POST', body: '{"messages":[]}' });
    await (await ask()).text();
    process.kill(JSON.parse(readFileSync(process.env.AITRAIL_HOME + '/run/daemon.json', 'utf8')).pid, 'SIGKILL');
    for (;;) {
      try {
        const reply = await ask();
        await reply.text();
        console.log(reply.status);
        break;
      } catch {
        await new Promise((done) => setTimeout(done, 20));
      }
    }`;
  const child = start(world, 'run', '--', process.execPath, '--input-type=module', '-e', script);
  const [out, errors]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
  const [exit] = await once(child, 'close');
  const said = Buffer.concat(errors).toString();
  expect(exit, said).toBe(0);
  expect(Buffer.concat(out).toString()).toBe('200\n');
  expect(said).toMatch(/^aitrail: the daemon was gone: it serves again at http:/m);
  expect(said).toContain('recorded 2 exchanges'); // the count outlives the daemon
  expect((await listAll(world)).map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
});

test('env speaks each shell', () => {
  const world = newWorld();
  for (const [shell, want] of [
    ['sh', /^export ANTHROPIC_BASE_URL='http/m],
    ['fish', /^set -gx ANTHROPIC_BASE_URL 'http/m],
    ['powershell', /^\$env:ANTHROPIC_BASE_URL = 'http/m],
    ['github', /^ANTHROPIC_BASE_URL=http/m],
    ['json', /"OPENAI_BASE_URL": "http[^"]*\/openai\/v1"/],
  ] as const)
    expect(aitrail(world, 'env', '--shell', shell).stdout).toMatch(want);
  expect(aitrail(world, 'env', '--shell', 'csh')).toMatchObject({ status: 2 });
});

test('run --resolve: the command has the value behind a placeholder, and says so where there is none', async () => {
  const world = newWorld();
  const placeholder = 'AITRAIL_stripe_key_0a1b2c3d';
  const value = ['canary', 'value', '2'].join('-');
  world.configure('secrets:\n  vault: true\n');
  const store = await openStore({ home: world.home, mode: 'write' });
  const key = await ensureVaultKey(world.caller, world.home);
  await keepSecret(store, key, { placeholder, rule: 'stripe-key', value, atMs: Date.now() });
  await store.close();
  world.put('repo/.env', `STRIPE_KEY=${placeholder}\n`);
  const show = [process.execPath, '-p', 'process.env.STRIPE_KEY'];
  const told = await outputOf(start(world, 'run', '--resolve', '--', ...show));
  expect([told.exit, told.stdout]).toEqual([0, `${value}\n`]);
  const plain = await outputOf(start(world, 'run', '--', ...show));
  expect([plain.exit, plain.stdout]).toEqual([0, 'undefined\n']);
  world.put('repo/.env', 'STRIPE_KEY=AITRAIL_stripe_key_ffffffff\n');
  const unknown = await outputOf(start(world, 'run', '--resolve', '--', ...show));
  expect([unknown.exit, unknown.stdout]).toEqual([125, '']);
  expect(unknown.stderr).toMatch(/\(NO_SUCH_PLACEHOLDER\)\n {2}fix: /);
});

async function outputOf(
  child: ReturnType<typeof start>,
): Promise<{ readonly exit: unknown; readonly stdout: string; readonly stderr: string }> {
  const texts = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()));
  const [exit] = await once(child, 'close');
  return { exit, ...texts };
}
