import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import {
  openPathResolver,
  type PathResolver,
  type Standing,
} from '../../../src/flow/record/resolve-path.ts';

let dir = '';
let paths: PathResolver;

beforeAll(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'paths-')));
  for (const repository of ['app', 'other']) {
    mkdirSync(join(dir, repository, 'web/src'), { recursive: true });
    execFileSync('git', ['init', '-q'], { cwd: join(dir, repository) });
  }
  writeFileSync(join(dir, 'app/web/src/a.ts'), '');
  writeFileSync(join(dir, 'app/README.md'), '');
  symlinkSync(join(dir, 'app'), join(dir, 'link'));
  paths = openPathResolver({ cwd: dir, env: { PATH: process.env['PATH'] ?? '', HOME: dir } });
});

/** `@` stands for the test's directory. */
const here = (text: string): string => text.replace('@', dir);

test.each([
  ['absolute', '@/app/web/src/a.ts', null, 'app web/src/a.ts'],
  ['absolute, new, in a folder that is new', '@/app/lib/deep/b.ts', null, 'app lib/deep/b.ts'],
  ['absolute, through a link', '@/link/web/src/a.ts', null, 'app web/src/a.ts'],
  ['absolute, in another repository', '@/other/x.ts', '@/app', 'other x.ts'],
  ['absolute, in none', '@/loose.txt', null, 'none'],
  ['file URL', 'file://@/app/x.ts', null, 'app x.ts'],
  ['dots', '@/app/web/../x.ts', null, 'app x.ts'],
  ['relative to the worktree', 'src/x.ts', null, 'app src/x.ts'],
  ['relative to where the agent works', 'src/x.ts', '@/app/web', 'app web/src/x.ts'],
  ['relative with a dot', './x.ts', '@/app/web', 'app web/x.ts'],
  ['relative, backslashes', 'web\\src\\x.ts', null, 'app web/src/x.ts'],
  ['relative, out of the repository', '../../x.ts', null, 'none'],
  ['container root', '/workspace/app/web/src/a.ts', '/workspace/app', 'app web/src/a.ts'],
  ['container root, new file', '/workspace/app/new.ts', '/workspace/app', 'app new.ts'],
  [
    'container subdirectory',
    '/workspace/app/web/src/n.ts',
    '/workspace/app/web',
    'app web/src/n.ts',
  ],
  [
    'container subdirectory, file above it',
    '/workspace/app/n.ts',
    '/workspace/app/web',
    'app n.ts',
  ],
  ['container, relative', 'src/n.ts', '/workspace/app/web', 'app web/src/n.ts'],
  ['Windows', 'C:\\work\\app\\web\\src\\n.ts', 'C:\\work\\app', 'app web/src/n.ts'],
  ['Windows, other case', 'c:\\Work\\App\\n.ts', 'C:\\work\\app', 'app n.ts'],
  ['Windows, slashes', 'C:/work/app/n.ts', 'C:\\work\\app', 'app n.ts'],
  ['nobody said where, file exists', '/code/web/src/a.ts', null, 'app web/src/a.ts'],
  ['nobody said where, folder exists', '/code/web/src/n.ts', null, 'app web/src/n.ts'],
  ['nobody said where, nothing fits', '/code/lib/n.ts', null, 'none'],
  ['nothing', '', null, 'none'],
])('%s', async (...[, said, directory, want]) => {
  const standing: Standing = {
    directory: directory === null ? null : here(directory),
    worktree: join(dir, 'app'),
  };
  const found = await paths.resolve(here(said), standing);
  const repository = found?.repository.slice(dir.length + 1, -'/.git'.length);
  expect(found === null ? 'none' : `${repository ?? ''} ${found.path}`).toBe(want);
});
