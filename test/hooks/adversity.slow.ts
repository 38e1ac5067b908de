// Commits made in every state that git can be in: each is there, has its note, and says nothing.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openRemoteLab, type RemoteLab } from './remote-lab.ts';

const lab = openRemoteLab();
afterAll(() => lab.remove());

const here = join(lab.root, 'here');
let counter = 0;
/** Another text of one file, staged. */
function change(path = 'file', at: RemoteLab['git'] = lab.git): void {
  counter += 1;
  lab.write(join('here', path), `${String(counter)}\n`);
  at('add', path);
}

const noteOf = (revision: string): string =>
  lab.git('notes', '--ref=aitrail', 'show', lab.git('rev-parse', revision)).slice(0, 11);

/** `fine`, or what is wrong with the newest commit. */
function judge(revision = 'HEAD'): string {
  return noteOf(revision) === '{"payload":' ? 'fine' : 'no note';
}

test.each<readonly [string, () => void]>([
  [
    'GIT_DIR and GIT_WORK_TREE, from elsewhere',
    () => {
      change();
      lab.sh('cd / && GIT_DIR="$HERE/.git" GIT_WORK_TREE="$HERE" git commit -qm elsewhere');
    },
  ],
  [
    'an index of one’s own',
    () => {
      copyFileSync(join(here, '.git/index'), join(lab.root, 'index'));
      lab.sh(
        'echo own > own; export GIT_INDEX_FILE="$HERE/../index"; git add own && git commit -qm index',
      );
      lab.git('reset', '-q');
    },
  ],
  [
    'such an index by a relative name, from a folder below',
    () => {
      mkdirSync(join(here, 'sub'));
      copyFileSync(join(here, '.git/index'), join(here, '.git/other'));
      lab.sh(
        'cd sub && echo 1 > below && GIT_INDEX_FILE="$HERE/.git/other" git add below && GIT_INDEX_FILE=.git/other git commit -qm index',
      );
      lab.git('reset', '-q', '--hard');
    },
  ],
  [
    'in a rebase that stops',
    () => {
      for (const _ of [1, 2, 3]) {
        change('rebased');
        lab.git('commit', '-qm', 'step');
      }
      lab.sh(
        'GIT_SEQUENCE_EDITOR="sed -i -e 1s/pick/edit/ -e 2s/pick/squash/ -e 3s/pick/reword/" git rebase -q -i HEAD~3',
      );
      lab.sh('git commit -q --amend -m edited && GIT_EDITOR=true git rebase --continue');
      expect(judge('HEAD~1')).toBe('fine');
    },
  ],
  [
    'after a rebase that was given up',
    () => {
      lab.sh(
        'GIT_SEQUENCE_EDITOR="sed -i 1s/pick/edit/" git rebase -q -i HEAD~2; git commit -q --amend --allow-empty -m gone; git rebase --abort',
      );
      lab.commit();
    },
  ],
  [
    'in a bisection',
    () => {
      lab.sh(
        'git bisect start -q HEAD HEAD~2 >/dev/null; git commit -q --allow-empty -m bisecting',
      );
      expect(judge()).toBe('fine');
      lab.sh('git bisect reset 2>/dev/null');
    },
  ],
  [
    'after stash -u and its way back',
    () => {
      lab.sh(
        'echo u > untracked; echo 1 >> file; git stash -q -u && git stash pop -q && git add -A && git commit -qm stash',
      );
    },
  ],
  [
    'in a worktree that was added just now',
    () => {
      lab.sh(
        'git worktree add -q ../linked -b linked && cd ../linked && echo 1 > linked && git add linked && git commit -qm linked',
      );
      expect(judge('linked')).toBe('fine');
    },
  ],
  [
    'with a file system monitor',
    () => {
      lab.git('config', 'core.fsmonitor', 'true');
      change();
      lab.git('commit', '-qm', 'monitor');
      lab.sh('git fsmonitor--daemon stop 2>/dev/null || true');
      lab.git('config', '--unset', 'core.fsmonitor');
    },
  ],
  [
    'with a split index',
    () => {
      lab.git('update-index', '--split-index');
      change();
      lab.git('commit', '-qm', 'split');
      lab.git('update-index', '--no-split-index');
    },
  ],
  [
    'with a sparse index',
    () => {
      lab.sh(
        'mkdir -p left right; echo 1 > left/a; echo 1 > right/a; git add -A; git commit -qm folders',
      );
      lab.sh(
        'git sparse-checkout set --sparse-index left && echo 2 > left/a && git add left && git commit -qm sparse',
      );
      expect(judge()).toBe('fine');
      lab.git('sparse-checkout', 'disable');
    },
  ],
])('%s', (_, commit) => {
  commit();
  expect(judge()).toBe('fine');
  expect(lab.isWaiting()).toBe(false);
});

describe('what cannot be written', () => {
  // whoever may write everything is refused nothing
  test.skipIf(process.getuid?.() === 0)(
    'the notes: the commit is there, and attested later',
    () => {
      lab.sh(
        'chmod a-w .git/refs/notes && git commit -q --allow-empty -m refused; chmod u+w .git/refs/notes',
      );
      expect(lab.isWaiting()).toBe(true);
      lab.commit();
      expect(judge('HEAD~1')).toBe('fine');
    },
  );

  test('the index is locked: git says no, and the next commit has its note', () => {
    change();
    lab.write('here/.git/index.lock', '');
    expect(() => lab.git('commit', '-qm', 'locked')).toThrow('index.lock');
    lab.sh('rm .git/index.lock && git commit -qm unlocked');
    expect(judge()).toBe('fine');
  });
});
