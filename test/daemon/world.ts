// A machine of its own for one test: home, state directory, repository, a model on loopback, and the daemon's service
// running in this process.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openSession, type OpenedSession } from '../../src/flow/session/open-session.ts';
import { type HookHandler, serve } from '../../src/flow/daemon/serve.ts';
import type { Caller } from '../../src/model/caller.ts';
import type { Exchange } from '../../src/model/session.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';

export interface World {
  readonly dir: string;
  readonly repo: string;
  readonly home: string;
  readonly caller: Caller;
  readonly git: (...args: string[]) => string;
  readonly put: (path: string, text: string) => void;
  readonly configure: (yaml: string) => void;
  readonly remove: () => void;
}

export function makeWorld(): World {
  // realpath: the temporary directory may be a link
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'daemon-')));
  const [repo, home] = [join(dir, 'repo'), join(dir, 'state')];
  mkdirSync(repo);
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: join(dir, 'home'),
    XDG_CONFIG_HOME: join(dir, 'config'),
    AITRAIL_HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  };
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: repo, env, encoding: 'utf8' });
  git('init', '-q', '-b', 'main');
  return {
    dir,
    repo,
    home,
    caller: { cwd: repo, env },
    git,
    put,
    configure: (yaml) => put('config/aitrail/config.yaml', yaml),
    remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }),
  };
}

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Model {
  readonly url: string;
  readonly asked: Asked[];
  /** Bytes of all connections so far, whatever became of them. */
  readonly received: () => number;
  readonly close: () => Promise<void>;
}

export type Answer = (asked: Asked, response: ServerResponse) => void;

export async function startModel(answer: Answer): Promise<Model> {
  const asked: Asked[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
      asked.push(one);
      answer(one, response);
    });
  });
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    asked,
    received: () => sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Connections of all three providers to one model. */
export const connectionsTo = (url: string): string =>
  `connections:
  anthropic: { protocol: anthropic-messages, upstream: "${url}" }
  openai: { protocol: openai, upstream: "${url}" }
  gemini: { protocol: gemini, upstream: "${url}" }
`;

export interface Service {
  readonly stop: () => Promise<void>;
}

/** The daemon's own service, without a process around it; hooks go on to Node unless somebody answers them here. */
export async function startService(
  world: World,
  hook: HookHandler = async () => Promise.resolve({ status: 200, body: 'not-me\n' }),
): Promise<Service> {
  const ends = new EventEmitter();
  const ready = new EventEmitter();
  const served = serve(
    {
      caller: world.caller,
      port: null,
      hook,
      stopped: once(ends, 'stop'),
    },
    () => ready.emit('ready'),
  );
  await Promise.race([once(ready, 'ready'), served]);
  return {
    stop: async () => {
      ends.emit('stop');
      await served;
    },
  };
}

export const open = (world: World): Promise<OpenedSession> =>
  openSession(world.caller, { agent: null, script: 'not needed: the service runs' });

export async function withStore<T>(world: World, look: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ home: world.home, mode: 'read' });
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}

/** Every exchange of every session, oldest first. */
export const listAll = (world: World): Promise<readonly Exchange[]> =>
  withStore(world, async (store) => {
    const sessions = await store.listSessions({});
    const lists = await Promise.all(sessions.map(({ id }) => store.listExchanges(id)));
    return lists.flat().toSorted((a, b) => a.startedAtMs - b.startedAtMs);
  });

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

export const post = (
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
