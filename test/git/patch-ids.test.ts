// A commit's patch is one and the same whoever asks, and it tells which lines the commit added.
import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAddedLines } from '../../src/git/added-lines.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import { readPatches, readPatchIds } from '../../src/git/patch-ids.ts';
import { openLab, type Lab } from '../attest/lab.ts';

const BEFORE = 'one\n\ntwo\nthree\n\nfour\nfive\nsix\nseven\neight\nnine\n';
const AFTER = BEFORE.replace('two', 'TWO').replace('nine', 'nine\n\nten');

interface Made {
  readonly lab: Lab;
  readonly commit: string;
  readonly parent: string;
}

/** git quotes the name, unless it is told not to. */
const PATH = 'src/größe.ts';

function changed(before: string, after: string, format: 'sha1' | 'sha256' = 'sha1'): Made {
  const lab = openLab({ format });
  const parent = lab.commit(PATH, before);
  return { lab, parent, commit: lab.commit(PATH, after) };
}

const idOf = async (lab: Lab, commit: string): Promise<string | undefined> =>
  (await readPatchIds(await openRepository(lab.caller), [commit])).get(commit);

describe('the patch id is the same', () => {
  const { lab, commit } = changed(BEFORE, AFTER);
  const wanted = idOf(lab, commit);

  test('as git says where nothing is set', async () => {
    const patch = lab.git('diff-tree', '-p', '--full-index', commit);
    const input = `${patch}\n`;
    const { repo: cwd, env } = lab;
    const said = execFileSync('git', ['patch-id', '--stable'], { cwd, env, input }).toString();
    expect(said.split(' ')).toEqual([await wanted, `${commit}\n`]);
  });

  test.each<readonly [string, (lab: Lab) => void]>([
    ['attributes of the worktree', (at) => at.write('.gitattributes', '* -diff\n')],
    [
      'attributes of the index',
      (at) => {
        at.write('src/.gitattributes', '*.ts binary\n');
        at.git('add', '-A');
      },
    ],
    [
      'attributes of the user',
      (at) => {
        at.write('../all', '* -diff\n');
        at.git('config', 'core.attributesFile', join(at.repo, '../all'));
      },
    ],
    [
      'blank lines without their blank',
      (at) => at.git('config', 'diff.suppressBlankEmpty', 'true'),
    ],
    ['names as they are', (at) => at.git('config', 'core.quotePath', 'false')],
    ['files that are large early', (at) => at.git('config', 'core.bigFileThreshold', '4')],
    ['names without a prefix', (at) => at.git('config', 'diff.noprefix', 'true')],
    ['another algorithm', (at) => at.git('config', 'diff.algorithm', 'patience')],
    ['a worktree elsewhere', (at) => at.git('config', 'core.worktree', at.repo)],
  ])('under %s', async (_, set) => {
    const { lab: own, commit: same } = changed(BEFORE, AFTER);
    set(own);
    expect(await idOf(own, same)).toBe(await wanted);
  });

  test('in a linked worktree, and asked from below', async () => {
    lab.git('worktree', 'add', '-q', '../linked', commit);
    const cwd = join(lab.repo, '../linked/src');
    appendFileSync(join(cwd, '../.gitattributes'), '* -diff\n');
    const repository = await openRepository({ ...lab.caller, cwd });
    expect((await readPatchIds(repository, [commit])).get(commit)).toBe(await wanted);
  });
});

describe.each<readonly [string, string, string]>([
  ['a change and an end', BEFORE, AFTER],
  ['no line feed at the end', 'a\nb', 'a\nb\nc'],
  ['one that comes', 'a\nb\n', 'a\nB'],
  [
    'lines that look like a patch',
    'x\n',
    '@@ -1 +1,9 @@\n+++ b/x\n-- \n\\ No newline\nindex 12..34\nx\n',
  ],
  ['everything gone but one', 'a\nb\nc\nd\n', 'q\n'],
  ['runs with one line between them', 'a\nb\nc\nd\ne\n', 'a\n1\nb\n2\nc\n3\n4\nd\ne\n5\n'],
  ['blank lines', '\n\n\n', '\n\nx\n\n\ny\n\n'],
])('lines added by %s', (_, before, after) => {
  test.each(['sha1', 'sha256'] as const)('in a %s repository', async (format) => {
    const { lab, commit, parent } = changed(before, after, format);
    const repository = await openRepository(lab.caller);
    const [tree, old] = [commit, parent].map((id) => lab.git('rev-parse', `${id}^{tree}`));
    const pair = { before: old ?? '', after: tree ?? '' };
    const [alone] = await readAddedLines(repository, [pair], 'myers');
    const { added } = await readPatches(repository, [{ commit, parents: [parent] }]);
    expect(added.get(commit)).toEqual(alone);
    expect([...(alone?.values() ?? [])].flat().length).toBeGreaterThan(0);
  });
});

test('what is compared is what was asked for, whatever a graft says', async () => {
  const { lab, commit, parent } = changed(BEFORE, AFTER);
  const repository = await openRepository(lab.caller);
  const asked = [{ commit, parents: [parent] }];
  const before = await readPatches(repository, asked);
  lab.write('.git/shallow', `${commit}\n`);
  expect(await readPatches(repository, asked)).toEqual(before);
});
