import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { observeWorktree, openWorktreeState } from '../../../src/flow/observe/observe-worktree.ts';
import { watchWorktree } from '../../../src/git/watch-worktree.ts';
import type { Observation } from '../../../src/store/store.ts';

const KEY = new Uint8Array(32).fill(3);
const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true });
});

function makeRepository() {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'observe-')));
  dirs.push(dir);
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.com',
  };
  const git = (...args: string[]) => execFileSync('git', args, { cwd: dir, env });
  const write = (path: string, text: string) => writeFileSync(join(dir, path), text);
  git('init', '-q');
  write('clean.ts', 'const one = 1;\n');
  write('dirty.ts', 'let x;\n');
  git('add', '-A');
  git('commit', '-qm', 'c');
  const place = {
    caller: { cwd: dir, env },
    worktree: dir,
    repository: join(dir, '.git'),
    gitDir: join(dir, '.git'),
  };
  return { git, write, place, state: openWorktreeState(KEY) };
}

const summary = (observations: readonly Observation[]): unknown[] =>
  observations.map((o) => [o.moment, o.path, o.lines.map((line) => line.length)]);

test('dirty and new files once, then only what changed, then what became clean', async () => {
  const { git, write, place, state } = makeRepository();
  write('dirty.ts', 'let x;\nlet y = 2;\n');
  write('new file.ts', 'a b\n');
  write('bin', 'a\0b');
  const look = async (exchange: string) =>
    summary(await observeWorktree(state, place, { exchange, moment: 'before' }));
  expect(await look('e1')).toEqual([
    ['before', 'dirty.ts', [2, 4]],
    ['before', 'new file.ts', [2]],
  ]);
  expect(await look('e2')).toEqual([]);
  write('new file.ts', 'a b c\n');
  expect(await look('e3')).toEqual([['before', 'new file.ts', [3]]]);
  git('checkout', '-q', 'dirty.ts');
  expect(await look('e4')).toEqual([['before', 'dirty.ts', [2]]]);
  expect(await look('e5')).toEqual([]);
});

test('after a reply: what the index held for named clean files, and known dirty files again', async () => {
  const { write, place, state } = makeRepository();
  write('dirty.ts', 'let x;\nlet y = 2;\n');
  await observeWorktree(state, place, { exchange: 'e1', moment: 'before' });
  write('dirty.ts', 'let z;\n');
  write('clean.ts', 'the tool was quicker than we are\n');
  const seen = await observeWorktree(state, place, {
    exchange: 'e1',
    moment: 'after',
    named: ['clean.ts', 'absent.ts', 'dirty.ts'],
  });
  expect(summary(seen)).toEqual([
    ['before', 'clean.ts', [4]],
    ['before', 'absent.ts', []],
    ['after', 'dirty.ts', [2]],
  ]);
  expect(seen.map((o) => o.blob)).toEqual([expect.any(String), null, expect.any(String)]);
});

test('between full looks git is asked about what was touched alone, with the same result', async () => {
  const { git, write, place, state } = makeRepository();
  const look = async (exchange: string) =>
    summary(await observeWorktree(state, place, { exchange, moment: 'before' }));
  await look('e1');
  const changes = await watchWorktree(place);
  state.changes = changes;
  expect(await look('e2')).toEqual([]);
  const fullAtMs = state.fullAtMs;
  write('dirty.ts', 'let x;\nlet y = 2;\n');
  write('new.ts', 'a b\n');
  const found: unknown[] = [];
  await expect.poll(async () => found.push(...(await look('e3')))).toBe(2);
  expect(found).toEqual([
    ['before', 'dirty.ts', [2, 4]],
    ['before', 'new.ts', [2]],
  ]);
  rmSync(join(place.worktree, 'new.ts'));
  await expect.poll(() => look('e4')).toEqual([['before', 'new.ts', []]]);
  expect(state.fullAtMs).toBe(fullAtMs);
  git('checkout', '-q', 'dirty.ts');
  await expect.poll(() => look('e5')).toEqual([['before', 'dirty.ts', [2]]]);
  // a minute later nobody trusts the watches: what they missed is found
  changes.close();
  write('clean.ts', 'missed\n');
  state.changes = { ...changes, take: () => [] };
  expect(await look('e6')).toEqual([]);
  state.fullAtMs -= 61_000;
  expect(await look('e7')).toEqual([['before', 'clean.ts', [1]]]);
});

test('a directory that is no repository gives nothing', async () => {
  const { place, state } = makeRepository();
  const nowhere = { ...place, caller: { ...place.caller, cwd: tmpdir() } };
  expect(await observeWorktree(state, nowhere, { exchange: 'e', moment: 'before' })).toEqual([]);
});
