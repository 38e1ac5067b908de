// What hooks/run.sh asks of a daemon: by perl or by curl the same request, and of Node where no answer comes.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseHookRequest } from '../../src/hooks/hook-request.ts';

const FOLDERS = (process.env['PATH'] ?? '').split(':');
const findTool = (tool: string): string | undefined =>
  FOLDERS.map((folder) => join(folder, tool)).find((path) => existsSync(path));

let home: string;
let server: Server;
let bodies: Buffer[];
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'shim-')));
  bodies = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    bodies.push(await buffer(request));
    answer(response);
  };
  server = createServer((request, response) => void take(request, response));
  mkdirSync(join(home, 'run'));
  const socket = join(home, 'run', 'daemon.sock');
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve);
  });
  writeFileSync(join(home, 'run', 'socket'), `${socket}\n${String(process.getuid?.())}\n`);
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(home, { recursive: true });
});

interface Ran {
  readonly exit: number;
  readonly stderr: string;
}

/** Runs a hook as init would have written it, with the tools that are named and no others. Node stands in for the rest. */
async function runShim(asker: string, hook: string, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  mkdirSync(join(home, 'bin'));
  for (const tool of [asker, 'sh', 'env', 'sed', 'tr', 'cat'])
    symlinkSync(findTool(tool) ?? '', join(home, 'bin', tool));
  mkdirSync(join(home, 'aitrail'));
  const node = join(home, 'fallback');
  writeFileSync(node, '#!/bin/sh\necho fallback >&2\nexit 40\n', { mode: 0o755 });
  const settings = `node='${node}'\nbundle='${node}'\nversion='1.2.3'\nstate='x'\nearlier=''\n`;
  const runner = `${settings}${readFileSync('hooks/run.sh', 'utf8')}`;
  writeFileSync(join(home, 'aitrail', 'run.sh'), runner);
  const file = join(home, hook);
  writeFileSync(file, readFileSync(`hooks/${hook}`), { mode: 0o755 });
  const child = spawn(join(home, 'bin', 'sh'), [file, 'one', 'two words'], {
    cwd: home,
    env: { PATH: join(home, 'bin'), AITRAIL_HOME: home, GIT_DIR: home, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<number>((resolve) => {
    child.on('close', (exit) => resolve(exit ?? -1));
  });
  const stderr = await text(child.stderr);
  return { exit: await ended, stderr };
}

const ASKERS = ['perl', 'curl'].filter((tool) => findTool(tool) !== undefined);

test.each(ASKERS)('%s carries the request there and the answer back', async (asker) => {
  answer = (response) => response.end('1\nrefused: two\nlines\n');
  const sent = {
    MY_SECRET_TOKEN: "it's one\nand more",
    lower_api_key: 'kept as it is',
    DATABASE: 'postgres://me:pass-of-mine@db/x',
    EMPTY_KEY: '',
    GIT_AUTHOR_NAME: 'Ada "the first" Ünal',
  };
  const ran = await runShim(asker, 'pre-commit', { ...sent, HARMLESS: 'https://example.com/a:b' });
  expect(ran).toEqual({ exit: 1, stderr: 'refused: two\nlines\n' });
  const request = parseHookRequest(bodies[0] ?? Buffer.alloc(0));
  expect(request).toMatchObject({ version: '1.2.3', uid: process.getuid?.() });
  expect(request?.call).toMatchObject({ hook: 'pre-commit', words: ['one', 'two words'] });
  expect(request?.call.caller).toMatchObject({ cwd: home, env: { ...sent, GIT_DIR: home } });
  expect(Object.keys(request?.call.caller.env ?? {})).not.toContain('HARMLESS');
});

test.each(ASKERS)('%s sends no secret where nothing will be checked', async (asker) => {
  answer = (response) => response.end('0\n');
  const ran = await runShim(asker, 'post-commit', { MY_SECRET_TOKEN: 'value of it' });
  expect(ran).toEqual({ exit: 0, stderr: '' });
  expect(String(bodies[0])).not.toContain('value of it');
});

test.each(
  ASKERS.flatMap(
    (asker) =>
      [
        [asker, 'no answer at all', () => undefined],
        [asker, 'an error', (response: ServerResponse) => response.writeHead(500).end('0\n')],
        [asker, 'a connection that is cut', (response: ServerResponse) => response.destroy()],
        [asker, 'not me', (response: ServerResponse) => response.end('not-me\n')],
      ] as const,
  ),
)('%s: after %s Node is asked', async (asker, _, how) => {
  answer = how;
  expect(await runShim(asker, 'pre-commit')).toEqual({ exit: 1, stderr: 'fallback\n' });
});

test('a daemon that has gone, or is of another user, is not asked', async () => {
  writeFileSync(join(home, 'run', 'socket'), `${join(home, 'gone')}\n0\n`);
  const [asker = ''] = ASKERS;
  expect(await runShim(asker, 'pre-commit')).toEqual({ exit: 1, stderr: 'fallback\n' });
  expect(bodies).toEqual([]);
});
