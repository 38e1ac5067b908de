// Two clones of one repository that push at the same moment, over and over: each its own branch, both the same notes.
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface Race {
  /** Commits that were made, by both. */
  readonly commits: readonly string[];
  /** Commits whose notes the remote has. */
  readonly noted: ReadonlySet<string>;
  /** What the hooks said of notes that did not go out with their branch. */
  readonly unsent: readonly string[];
}

const NAMES = ['ada', 'bob'] as const;
const BIN = resolve('bin/aitrail.js');

export async function racePushes(rounds: number): Promise<Race> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'race-')));
  try {
    const clones = openClones(root);
    const commits: string[] = [];
    const unsent: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      for (const clone of clones) commits.push(clone.commit(round));
      const said = await Promise.all(clones.map((clone) => clone.push()));
      unsent.push(...said.filter((text) => text.includes('notes were not sent')));
    }
    const listed = clones[0]?.git('-C', join(root, 'there.git'), 'notes', '--ref=aitrail', 'list');
    const noted = new Set((listed ?? '').split('\n').map((line) => line.split(' ')[1] ?? ''));
    return { commits, noted, unsent };
  } finally {
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Clone {
  readonly git: (...args: readonly string[]) => string;
  /** @returns the commit's id. */
  readonly commit: (round: number) => string;
  /** @returns what it says. */
  readonly push: () => Promise<string>;
}

function openClones(root: string): readonly Clone[] {
  const first = envOf(root, 'first');
  const start = (cwd: string, ...args: readonly string[]): string =>
    execFileSync('git', args, { cwd, env: first, encoding: 'utf8', stdio: 'pipe' });
  start(root, 'init', '-q', '--bare', '-b', 'main', 'there.git');
  start(root, 'clone', '-q', 'there.git', 'first-clone');
  start(join(root, 'first-clone'), 'commit', '-q', '--allow-empty', '-m', 'before');
  start(join(root, 'first-clone'), 'push', '-q', 'origin', 'HEAD:main');
  return NAMES.map((name) => {
    start(root, 'clone', '-q', 'there.git', name);
    return openClone(root, name);
  });
}

function openClone(root: string, name: string): Clone {
  const cwd = join(root, name);
  const env = envOf(root, name);
  const git: Clone['git'] = (...args) =>
    execFileSync('git', args, { cwd, env, encoding: 'utf8', stdio: 'pipe' }).trim();
  git('switch', '-q', '-c', name);
  execFileSync(process.execPath, [BIN, 'init'], { cwd, env, stdio: 'pipe' });
  return {
    git,
    commit: (round) => {
      git('commit', '-q', '--allow-empty', '-m', `round ${String(round)}`);
      return git('rev-parse', 'HEAD');
    },
    push: () =>
      new Promise((done, failed) => {
        execFile('git', ['push', '-q', 'origin', name], { cwd, env }, (failure, _, stderr) =>
          failure === null ? done(stderr) : failed(failure),
        );
      }),
  };
}

function envOf(root: string, name: string): Record<string, string> {
  const home = join(root, `home-of-${name}`);
  mkdirSync(home, { recursive: true });
  const email = `${name}@example.com`;
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_STATE_HOME: join(home, 'state'),
    AITRAIL_HOME: join(home, 'aitrail'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}
