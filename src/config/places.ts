// Where things are kept on this machine. Everything follows from the caller's environment, never from our own: the
// daemon answers for other people's shells.
import { tmpdir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { sha256Hex } from '../model/sha256.ts';

type Env = Readonly<Record<string, string>>;

/** A socket's path is cut silently above this (sun_path holds 108 bytes, macOS 104). */
const SOCKET_PATH_BYTES_MAX = 100;

/** The state directory: store, log, keys, run files. Absolute. */
export function stateHome(env: Env): string {
  const own = env['AITRAIL_HOME'] ?? '';
  if (isAbsolute(own)) return own;
  const state = env['XDG_STATE_HOME'] ?? '';
  if (isAbsolute(state)) return join(state, 'aitrail');
  const home = userHome(env);
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support', 'aitrail');
  if (process.platform === 'win32')
    return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'aitrail');
  return join(home, '.local', 'state', 'aitrail');
}

/** The home directory of the caller, by HOME and then by the password file. */
export function userHome(env: Env): string {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? '';
  return isAbsolute(home) ? home : userInfo().homedir;
}

/** The user's own configuration file, there or not. */
export function userConfigFile(env: Env): string {
  const config = env['XDG_CONFIG_HOME'] ?? '';
  const base = isAbsolute(config) ? config : join(userHome(env), '.config');
  return join(base, 'aitrail', 'config.yaml');
}

/** The organisation's policy file, and whether somebody named it (a named file must exist). */
export function organisationFile(env: Env): { readonly path: string; readonly isNamed: boolean } {
  const named = env['AITRAIL_POLICY'] ?? '';
  return named === ''
    ? { path: '/etc/aitrail/policy.yaml', isNamed: false }
    : { path: named, isNamed: true };
}

export interface RunFiles {
  /** Directory of everything that describes a running daemon. */
  readonly dir: string;
  /** JSON: pid, url, socket, version, startedAtMs. */
  readonly daemon: string;
  /** Two lines, for shells: the socket's path, and the number of the user whose daemon it is. */
  readonly socketName: string;
  /** One line: the port that clients were told, kept over restarts. */
  readonly port: string;
  readonly lock: string;
  readonly log: string;
}

export function runFiles(home: string): RunFiles {
  const dir = join(home, 'run');
  return {
    dir,
    daemon: join(dir, 'daemon.json'),
    socketName: join(dir, 'socket'),
    port: join(dir, 'port'),
    lock: join(dir, 'daemon.lock'),
    log: join(dir, 'daemon.log'),
  };
}

/**
 * The daemon's control socket: in the state directory where its path is short enough, else under a hashed name.
 *
 * @returns an absolute path of at most 100 bytes; a named pipe on Windows.
 */
export function socketPath(env: Env): string {
  const home = stateHome(env);
  const name = sha256Hex(home).slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\aitrail-${name}`;
  const candidates = [
    join(home, 'run', 'daemon.sock'),
    join(env['XDG_RUNTIME_DIR'] ?? tmpdir(), `aitrail-${name}`, 'daemon.sock'),
  ];
  const short = candidates.find((path) => Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX);
  return short ?? join('/tmp', `aitrail-${String(userInfo().uid)}-${name}`, 'daemon.sock');
}
