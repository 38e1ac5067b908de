// A machine of its own for one row: home, state directory and repositories in a temporary folder, an environment built
// from nothing, the built program.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export interface Place {
  readonly dir: string;
  /** State directory. */
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** @returns standard output, trimmed. @param repo a folder's name below `dir`. */
  readonly git: (repo: string, ...args: readonly string[]) => string;
  readonly aitrail: (repo: string, ...args: readonly string[]) => string;
  readonly put: (path: string, text: string) => void;
  /** Ends the daemon, if one was started, and takes everything away. */
  readonly remove: () => void;
}

export const ENTRY = resolve(import.meta.dirname, '../../bin/aitrail.js');

export function openPlace(): Place {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'bench-')));
  const home = join(dir, 'state');
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
    // before what is recorded: a commit's date says what stood there first
    GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
    GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
  };
  mkdirSync(env.HOME);
  const run = (command: string, args: readonly string[], repo: string): string =>
    execFileSync(command, args, {
      cwd: join(dir, repo),
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 30,
    }).trimEnd();
  return {
    dir,
    home,
    env,
    git: (repo, ...args) => run('git', args, repo),
    aitrail: (repo, ...args) => run(process.execPath, [ENTRY, ...args], repo),
    put: (path, text) => {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    },
    remove: () => {
      spawnSync(process.execPath, [ENTRY, 'proxy', 'stop'], { cwd: dir, env, stdio: 'ignore' });
      removeAll(dir);
    },
  };
}

/** Tried again where a process that is ending still writes there. */
function removeAll(dir: string, triesLeft = 5): void {
  try {
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  } catch (thrown) {
    if (triesLeft === 0) throw thrown;
    removeAll(dir, triesLeft - 1);
  }
}

/** An empty repository. */
export function makeRepository(place: Place, name: string): void {
  mkdirSync(join(place.dir, name), { recursive: true });
  place.git(name, 'init', '-q', '-b', 'main');
  // no clean-up of git's own in the middle of a measurement
  place.git(name, 'config', 'gc.auto', '0');
  place.git(name, 'config', 'maintenance.auto', 'false');
}
