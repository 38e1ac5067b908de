import { mkdtempSync, rmSync } from 'node:fs';
import { execFileSync, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { openObjects } from '../../src/git/objects.ts';
import { keepReaders } from '../../src/git/objects-pool.ts';

const folders: string[] = [];
const stops: (() => void)[] = [];
let cwd = '';
const env = {
  PATH: process.env['PATH'] ?? '',
  HOME: tmpdir(),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

function makeFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'pool-'));
  folders.push(made);
  execFileSync('git', ['init', '-q', '-b', 'main'], { cwd: made, env });
  return made;
}

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd, env, encoding: 'utf8' }).trim();

const readers = (): number[] =>
  spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.includes('cat-file'))
    .map((line) => Number.parseInt(line, 10));

async function read(
  spec: string,
  more: Readonly<Record<string, string>> = {},
): Promise<string | null> {
  const objects = openObjects({ cwd, env: { ...env, ...more } });
  try {
    return (await objects.read(spec))?.oid ?? null;
  } finally {
    objects.close();
  }
}

beforeEach(() => {
  cwd = makeFolder();
  git('commit', '-q', '--allow-empty', '-m', 'first');
  stops.push(keepReaders());
});
afterEach(() => stops.splice(0).forEach((stop) => stop()));
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

test('one reader serves what is asked one after the other, and sees what changed meanwhile', async () => {
  expect(await read('HEAD')).toBe(git('rev-parse', 'HEAD'));
  const steps: readonly (readonly [string, () => void])[] = [
    ['a commit', () => git('commit', '-q', '--allow-empty', '-m', 'second')],
    ['a ref that moved back', () => git('reset', '-q', '--hard', 'HEAD~1')],
    ['another branch', () => git('checkout', '-q', '-b', 'other')],
    ['packed refs and objects', () => git('gc', '-q', '--prune=now')],
    ['a commit after that', () => git('commit', '-q', '--allow-empty', '-m', 'third')],
    ['packed again', () => git('repack', '-q', '-a', '-d')],
  ];
  for (const [what, change] of steps) {
    change();
    expect(await read('HEAD'), what).toBe(git('rev-parse', 'HEAD'));
    expect(await read('HEAD^{tree}'), what).toBe(git('rev-parse', 'HEAD^{tree}'));
  }
  expect(readers()).toHaveLength(1);
});

test('a reader that was killed is not asked again', async () => {
  await read('HEAD');
  const [pid = 0] = readers();
  process.kill(pid, 'SIGKILL');
  await expect.poll(readers).toEqual([]);
  expect(await read('HEAD')).toBe(git('rev-parse', 'HEAD'));
});

test('what is read elsewhere is read by another; their number has a bound; all end with the keeping', async () => {
  expect(await read('HEAD', { GIT_DIR: join(makeFolder(), '.git') })).toBeNull();
  for (let at = 0; at < 10; at += 1) {
    cwd = makeFolder();
    await read('HEAD');
  }
  await expect.poll(() => readers().length).toBe(8);
  stops.splice(0).forEach((stop) => stop());
  await expect.poll(readers).toEqual([]);
});
