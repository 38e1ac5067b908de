import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readNotes, readNotesAt } from '../../src/git/notes.ts';
import { writeNotes } from '../../src/git/notes-write.ts';
import { openObjects } from '../../src/git/objects.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import { openLab, type Lab } from '../attest/lab.ts';

const REF = 'refs/notes/aitrail';

/** Ids of commits without files, made in one process. */
function manyCommits(lab: Lab, count: number): readonly string[] {
  const stream = Array.from(
    { length: count },
    (_, i) =>
      `commit refs/heads/many\ncommitter A <a@example.com> ${1_700_000_000 + i} +0000\ndata 1\n${i % 10}\n`,
  ).join('');
  lab.git('config', 'fastimport.unpackLimit', '0');
  spawnSyncWith(lab, ['fast-import', '--quiet'], stream);
  return lab.git('rev-list', '--reverse', 'many').split('\n');
}

function spawnSyncWith(lab: Lab, args: readonly string[], input: string): void {
  execFileSync('git', args, { cwd: lab.repo, env: lab.env, input });
}

async function reread(lab: Lab, commits: readonly string[]): Promise<Map<string, string>> {
  const objects = openObjects(lab.caller);
  const found = await readNotesAt(objects, REF, commits);
  objects.close();
  return found;
}

describe.each(['sha1', 'sha256'] as const)('notes in a %s repository', (format) => {
  test('git reads what was written, and the reader what git wrote', async () => {
    const lab = openLab({ format });
    const one = lab.commit('a', 'a\n');
    const two = lab.commit('b', 'b\n');
    await writeNotes(await openRepository(lab.caller), [{ commit: one, text: 'ours  \n' }]);
    lab.git('notes', '--ref=aitrail', 'add', '-m', 'theirs', two);
    expect(lab.git('notes', '--ref=aitrail', 'show', one)).toBe('ours');
    expect(lab.git('cat-file', '-p', `${REF}:${one}`)).toBe('ours');
    expect(await reread(lab, [one, two])).toEqual(
      new Map([
        [one, 'ours  \n'],
        [two, 'theirs\n'],
      ]),
    );
  });

  test('500 notes at once fan out, git lists them all, and each is found', async () => {
    const lab = openLab({ format });
    const commits = manyCommits(lab, 500);
    const repository = await openRepository(lab.caller);
    const [first = ''] = commits;
    await writeNotes(repository, [{ commit: first, text: 'first\n' }]);
    await writeNotes(
      repository,
      commits.map((commit) => ({
        commit,
        text: `note of ${commit}\n`,
        join: (a, b) => a + b,
      })),
    );
    expect(lab.git('notes', '--ref=aitrail', 'list').split('\n')).toHaveLength(500);
    expect(lab.git('ls-tree', '--name-only', REF).split('\n')[0]).toHaveLength(2);
    const found = await reread(lab, commits);
    expect(found.size).toBe(500);
    expect(found.get(first)).toBe(`first\nnote of ${first}\n`);
    lab.git('fsck', '--strict');
  });
});

test('the reader finds notes in the fan-out that git chose, and adding keeps it', async () => {
  const lab = openLab();
  const commits = manyCommits(lab, 600);
  const empty = execFileSync('git', ['hash-object', '-w', '--stdin'], {
    cwd: lab.repo,
    env: lab.env,
    input: 'from git\n',
    encoding: 'utf8',
  }).trim();
  const stream = commits.map((commit) => `N ${empty} ${commit}\n`).join('');
  spawnSyncWith(
    lab,
    ['fast-import', '--quiet'],
    `commit ${REF}\ncommitter A <a@example.com> 1700000000 +0000\ndata 1\nx\n${stream}`,
  );
  const [first = '', second = ''] = commits;
  await writeNotes(await openRepository(lab.caller), [{ commit: first, text: 'changed\n' }]);
  const found = await reread(lab, commits);
  expect([found.size, found.get(first), found.get(second)]).toEqual([
    600,
    'changed\n',
    'from git\n',
  ]);
  expect(lab.git('notes', '--ref=aitrail', 'list').split('\n')).toHaveLength(600);
  expect(lab.git('notes', '--ref=aitrail', 'show', first)).toBe('changed');
});

test('notes of remotes count beside the local ones, each line once', async () => {
  const lab = openLab();
  const one = lab.commit('a', 'a\n');
  const repository = await openRepository(lab.caller);
  await writeNotes(repository, [{ commit: one, text: 'x\ny\n' }]);
  await writeNotes(repository, [{ commit: one, text: 'y\nz\n' }], {
    ref: 'refs/notes/remotes/origin/aitrail',
  });
  const objects = openObjects(lab.caller);
  expect(await readNotes(repository, objects, [one])).toEqual(new Map([[one, ['x', 'y', 'z']]]));
  objects.close();
});

test('30 writers in 5 processes write at once from a linked worktree and lose nothing', async () => {
  const lab = openLab();
  const commits = manyCommits(lab, 30);
  lab.commit('a', 'a\n');
  lab.git('worktree', 'add', '-q', '../linked');
  const script = resolve('test/git/write-note.ts');
  const writers = [0, 6, 12, 18, 24].map((first) => {
    const share = commits.slice(first, first + 6);
    const args = ['--import', 'tsx', script, `${lab.repo}/../linked`, ...share];
    return spawn(process.execPath, args, { env: { ...lab.env }, stdio: 'ignore' });
  });
  const ends = await Promise.all(writers.map((writer) => once(writer, 'close')));
  expect(ends.map(([exit]) => Number(exit))).toEqual([0, 0, 0, 0, 0]);
  expect((await reread(lab, commits)).size).toBe(30);
}, 60_000);
