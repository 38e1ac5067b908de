import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type ChangeWatch, watchWorktree } from '../../src/git/watch-worktree.ts';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const one of undo.splice(0).toReversed()) one();
});

async function openPlace(directoriesMax?: number): Promise<{
  readonly dir: string;
  readonly git: (...args: string[]) => void;
  readonly write: (path: string, text: string) => void;
  readonly watch: ChangeWatch;
}> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'watch-')));
  undo.push(() => rmSync(dir, { recursive: true }));
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.com',
  };
  const git = (...args: string[]): void => {
    execFileSync('git', args, { cwd: dir, env });
  };
  const write = (path: string, text: string): void => writeFileSync(join(dir, path), text);
  git('init', '-q');
  for (const path of ['src/deep', 'empty/inside', 'built', 'fresh/below'])
    mkdirSync(join(dir, path), { recursive: true });
  write('.gitignore', 'built/\n');
  write('src/deep/a.ts', 'a\n');
  git('add', '-A');
  git('commit', '-qm', 'c');
  write('built/out.js', 'o\n');
  write('fresh/below/n.ts', 'n\n');
  const tree = { caller: { cwd: dir, env }, worktree: dir, gitDir: join(dir, '.git') };
  const watch = await watchWorktree(tree, directoriesMax);
  undo.push(() => watch.close());
  expect(watch.take()).toBeNull(); // nobody has looked yet
  return { dir, git, write, watch };
}

/** Everything told until the wanted paths are among it; null as soon as that is said. */
async function told(watch: ChangeWatch, wanted: readonly string[]): Promise<Set<string> | null> {
  const paths = new Set<string>();
  await expect
    .poll(() => {
      const more = watch.take();
      for (const path of more ?? []) paths.add(path);
      return more === null || wanted.every((path) => paths.has(path));
    })
    .toBe(true);
  return wanted.every((path) => paths.has(path)) ? paths : null;
}

const TOUCHES: readonly (readonly [string, string])[] = [
  ['a tracked file', 'src/deep/a.ts'],
  ['a new file at the top', 'top.ts'],
  ['a file in a directory that was empty', 'empty/inside/b.ts'],
  ['a file in a directory without tracked files', 'fresh/below/n.ts'],
];

test.each(TOUCHES)('touched: %s', async (_, path) => {
  const { write, watch } = await openPlace();
  expect(watch.take()).toEqual([]);
  write(path, 'new\n');
  expect(await told(watch, [path])).toContain(path);
  expect(watch.take()).toEqual([]);
});

test('a directory that comes later is watched, with what it brings along', async () => {
  const { dir, write, watch } = await openPlace();
  mkdirSync(join(dir, 'later/on'), { recursive: true });
  expect(await told(watch, ['later'])).toContain('later');
  // once its directories are watched, files in them are told by name
  await expect
    .poll(() => {
      write('later/on/c.ts', String(Math.random()));
      return watch.take();
    })
    .toContain('later/on/c.ts');
  renameSync(join(dir, 'later'), join(dir, 'src/later'));
  expect(await told(watch, ['src/later', 'later'])).toContain('src/later');
});

test('what git ignores is not told', async () => {
  const { write, watch } = await openPlace();
  write('built/more.js', 'm\n');
  write('src/deep/a.ts', 'b\n');
  expect(await told(watch, ['src/deep/a.ts'])).toEqual(new Set(['src/deep/a.ts']));
});

const UNSURE: readonly (readonly [
  string,
  (place: Awaited<ReturnType<typeof openPlace>>) => void,
])[] = [
  ['the index', ({ git }) => git('rm', '-q', '--cached', 'src/deep/a.ts')],
  ['HEAD', ({ git }) => git('commit', '-q', '--allow-empty', '-m', 'd')],
  ['what is ignored', ({ write }) => write('.gitignore', '')],
  ['what is ignored here', ({ write }) => write('.git/info/exclude', '*.log\n')],
];

test.each(UNSURE)('only a look at everything can tell after a change of %s', async (_, change) => {
  const place = await openPlace();
  expect(place.watch.take()).toEqual([]);
  change(place);
  expect(await told(place.watch, ['no such path'])).toBeNull();
});

test('a tree with too many directories is given up, and says so', async () => {
  const { dir, watch } = await openPlace(20);
  for (let i = 0; i < 20; i += 1) mkdirSync(join(dir, `many/d${String(i)}`), { recursive: true });
  await expect.poll(() => watch.isLost()).toBe(true);
  expect(watch.take()).toBeNull();
});
