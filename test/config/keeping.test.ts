// What is recorded and how long: who may say so.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadPolicy } from '../../src/flow/policy/load-policy.ts';
import { openRepository } from '../../src/git/open-repository.ts';

let dir: string;
beforeEach(() => (dir = realpathSync(mkdtempSync(join(tmpdir(), 'keeping-')))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
};

interface Files {
  readonly organisation?: string;
  readonly user?: string;
  readonly base?: string;
  readonly worktree?: string;
}

async function policyOf({ organisation = '', user = '', base = '', worktree = '' }: Files) {
  put('org.yaml', organisation);
  put('config/aitrail/config.yaml', user);
  put('repo/.aitrailrc.yaml', base);
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    XDG_CONFIG_HOME: join(dir, 'config'),
    AITRAIL_POLICY: join(dir, 'org.yaml'),
    GIT_CONFIG_NOSYSTEM: '1',
  };
  const caller = { cwd: join(dir, 'repo'), env };
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b.c', ...args], caller);
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'base');
  if (worktree !== '') put('repo/.aitrailrc.yaml', worktree);
  const { content, retentionDays, scope, isAccessLogged } = await loadPolicy(
    caller,
    await openRepository(caller),
  );
  return { content, retentionDays, scope, isAccessLogged };
}

const STANDARD = { content: 'full', retentionDays: 90, scope: null, isAccessLogged: true };

test.each<readonly [string, Files, object]>([
  ['nothing said', {}, {}],
  ['a user longer', { user: 'retention: 52w' }, { retentionDays: 364 }],
  ['a repository shorter', { base: 'retention: 7d' }, { retentionDays: 7 }],
  [
    'a user below the organisation',
    { organisation: 'retention: 60d', user: 'retention: 30d' },
    { retentionDays: 30 },
  ],
  ['a working tree waits', { worktree: 'retention: 1d\ncontent: metadata' }, {}],
  ['a repository without text', { base: 'content: metadata' }, { content: 'metadata' }],
  [
    'the organisation’s scope',
    { organisation: 'scope: { remotes: [a/*] }', user: 'scope: { remotes: [b/*] }' },
    { scope: ['a/*'] },
  ],
  ['no access log', { user: 'accessLog: false' }, { isAccessLogged: false }],
])('%s', async (_, files, want) => expect(await policyOf(files)).toEqual({ ...STANDARD, ...want }));

test.each<readonly [string, Files]>([
  ['a repository longer', { base: 'retention: 91d' }],
  ['a user above the organisation', { organisation: 'retention: 60d', user: 'retention: 61d' }],
  [
    'text where the organisation wants none',
    { organisation: 'content: metadata', user: 'content: full' },
  ],
  ['a scope of a clone', { base: 'scope: { remotes: [a/*] }' }],
  ['a clone that wants no access log', { worktree: 'accessLog: false' }],
])('%s is refused', (_, files) =>
  expect(policyOf(files)).rejects.toMatchObject({ code: 'CONFIG_NOT_YOURS' }),
);
