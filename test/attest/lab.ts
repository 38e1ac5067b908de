// A place of its own for each test: HOME, XDG and AITRAIL_HOME empty, an environment built from nothing, real git.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Caller } from '../../src/model/caller.ts';

export interface Lab {
  readonly home: string;
  readonly repo: string;
  readonly env: Readonly<Record<string, string>>;
  readonly caller: Caller;
  /** Standard output, trimmed. */
  readonly git: (...args: readonly string[]) => string;
  readonly write: (path: string, text: string) => void;
  /** Writes a file, commits it, gives the commit's id. */
  readonly commit: (path: string, text: string) => string;
}

export interface LabOptions {
  readonly format?: 'sha1' | 'sha256';
  readonly email?: string;
  /** All commits are of one second: git then lists them by their place in the history, however fast they were made. */
  readonly isOneSecond?: boolean;
}

const newRoot = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'attest-')));

export function openLab(options: LabOptions = {}): Lab {
  const root = newRoot();
  mkdirSync(join(root, 'repo'));
  mkdirSync(join(root, 'aitrail'));
  const dates = options.isOneSecond === true ? oneSecond() : {};
  const lab = labAt(root, options.email ?? 'alice@example.com', dates);
  lab.git('init', '-q', '-b', 'main', `--object-format=${options.format ?? 'sha1'}`);
  return lab;
}

/** The same repository and state directory in a place of their own. */
export function copyLab(lab: Lab): Lab {
  const root = newRoot();
  cpSync(dirname(lab.repo), root, { recursive: true });
  return labAt(root, lab.env['GIT_COMMITTER_EMAIL'] ?? '');
}

const oneSecond = (): Readonly<Record<string, string>> => ({
  GIT_COMMITTER_DATE: `${String(Math.floor(Date.now() / 1000))} +0000`,
});

function labAt(root: string, email: string, dates: Readonly<Record<string, string>> = {}): Lab {
  const repo = join(root, 'repo');
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: root,
    XDG_CONFIG_HOME: join(root, 'config'),
    XDG_STATE_HOME: join(root, 'state'),
    AITRAIL_HOME: join(root, 'aitrail'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Alice',
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: 'Alice',
    GIT_COMMITTER_EMAIL: email,
    ...dates,
  };
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: repo, env, encoding: 'utf8', stdio: 'pipe' }).trim();
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(repo, path)), { recursive: true });
    writeFileSync(join(repo, path), text);
  };
  const commit = (path: string, text: string): string => {
    write(path, text);
    git('add', '-A');
    git('commit', '-q', '-m', `change ${path}`);
    return git('rev-parse', 'HEAD');
  };
  const home = join(root, 'aitrail');
  return { home, repo, env, caller: { cwd: repo, env }, git, write, commit };
}
