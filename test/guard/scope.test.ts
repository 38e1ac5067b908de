// Which worktrees policy wants recorded.
import { expect, test } from 'vitest';
import { isInScope } from '../../src/guard/scope.ts';

test.each([
  ['no scope', null, null, true],
  ['no remote', ['github.com/**'], null, false],
  ['ssh', ['github.com/acme/*'], 'git@github.com:acme/app.git', true],
  ['https', ['github.com/acme/*'], 'https://me@GitHub.com/Acme/app.git/', true],
  ['a port', ['git.example.com/acme/*'], 'ssh://git@git.example.com:2222/acme/app', true],
  ['another team', ['github.com/acme/*'], 'git@github.com:evil/acme/app.git', false],
  ['a name that only ends alike', ['github.com/acme/*'], 'git@notgithub.com:acme/app.git', false],
  ['one step', ['gitlab.com/acme/*'], 'git@gitlab.com:acme/sub/app.git', false],
  ['several steps', ['gitlab.com/acme/**'], 'git@gitlab.com:acme/sub/app.git', true],
  ['a folder', ['/srv/git/*'], '/srv/git/app.git', true],
])('%s', (...[, patterns, remote, want]) => expect(isInScope(patterns, remote)).toBe(want));
