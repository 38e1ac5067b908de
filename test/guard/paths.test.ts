import { describe, expect, test } from 'vitest';
import { findProtected } from '../../src/guard/find-protected.ts';
import { compilePatterns } from '../../src/guard/path-patterns.ts';
import { normalPath } from '../../src/guard/repo-path.ts';
import type { ProtectRule } from '../../src/model/policy.ts';

test.each([
  ['a/b', 'a/b'],
  ['./a//b/', 'a/b'],
  ['a/../b', 'b'],
  ['a\\b', 'a/b'],
  ['Cafe\u0301', 'Caf\u00e9'],
  ['.git\u200chub/x', '.github/x'],
  ['.github./workflows ./x.yml', '.github/workflows/x.yml'],
  ['x.yml::$DATA', 'x.yml'],
  ['..', null],
  ['a/../../b', null],
  ['.', null],
  ['...', '...'],
])('normalPath %j is %j', (path, want) => expect(normalPath(path)).toBe(want));

const CI = [
  '.github/workflows/**',
  'Jenkinsfile',
  '**/auth/**',
  '!src/auth/README.md',
  '/Makefile',
];

describe('protected paths', () => {
  const patterns = compilePatterns(CI);
  test.each([
    ['.github/workflows/x.yml', true],
    ['.github/workflows/deep/er/x.yml', true],
    ['./.github/../.github/workflows/x.yml', true],
    ['.GitHub/Workflows/X.YML', true],
    ['.github\\workflows\\x.yml', true],
    ['.github./workflows/x.yml', true],
    ['Jenkinsfile', true],
    ['sub/jenkinsfile', true],
    ['src/auth/login.ts', true],
    ['auth/login.ts', true],
    ['src/auth/README.md', false],
    ['Makefile', true],
    ['sub/Makefile', false],
    ['.github/dependabot.yml', false],
    ['src/workflows/x.yml', false],
    ['Jenkinsfile.md', false],
    ['src/author.ts', false],
  ])('%s: %s', (path, want) => expect(patterns.matches(path)).toBe(want));
});

const rule = (paths: readonly string[]): ProtectRule => ({
  paths,
  from: 'any',
  action: 'block',
  approvers: [],
  place: null,
});

describe('links and submodules in place of folders', () => {
  const rules = [rule(['.github/workflows/**', '**/auth/**'])];
  test.each([
    ['a link in place of .github', '.github', '000000', '120000', true],
    ['a link in place of .github/workflows', '.github/workflows', '000000', '120000', true],
    ['the same in other letters', '.GITHUB', '000000', '120000', true],
    ['a link taken away', '.github', '120000', '000000', true],
    ['a submodule in its place', '.github', '000000', '160000', true],
    ['a link named as a folder anywhere', 'src/auth', '000000', '120000', true],
    ['a plain file of that name', '.github', '000000', '100644', false],
    ['a link elsewhere', 'docs', '000000', '120000', false],
    ['a link with a longer name', '.github-old', '000000', '120000', false],
  ])('%s', (...row) => {
    const [, path, oldMode, newMode, want] = row;
    expect(findProtected([{ path, oldMode, newMode }], rules).length > 0).toBe(want);
  });
});
