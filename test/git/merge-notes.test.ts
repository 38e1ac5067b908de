// Joining notes against the plainest way to say what must come of it: all lines of both, whatever the fan-out.
import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { rmSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { mergeNotes } from '../../src/git/merge-notes.ts';
import { readNotesAt } from '../../src/git/notes.ts';
import { writeNotes } from '../../src/git/notes-write.ts';
import { openObjects } from '../../src/git/objects.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import { openLab } from '../attest/lab.ts';

const OURS = 'refs/notes/aitrail';
const THEIRS = 'refs/notes/remotes/origin/aitrail';
const COMMITS = 700;

const lab = openLab();
afterAll(() => rmSync(dirname(lab.repo), { recursive: true, force: true }));
const stream = Array.from(
  { length: COMMITS },
  (_, at) =>
    `commit refs/heads/many\ncommitter A <a@example.com> ${String(1_700_000_000 + at)} +0000\ndata 1\nx\n`,
);
lab.git('config', 'fastimport.unpackLimit', '0');
execFileSync('git', ['fast-import', '--quiet'], {
  cwd: lab.repo,
  env: lab.env,
  input: stream.join(''),
});
const commits = lab.git('rev-list', '--reverse', 'many').split('\n');

/** Of a slice of the commits; those in the middle have the same note on both sides, others each their own. */
const notesOf = (
  side: string,
  [from, to]: readonly [number, number],
): ReadonlyMap<string, string> =>
  new Map(
    commits
      .slice(from, to)
      .map((commit, at) => [commit, (from + at) % 5 === 0 ? 'same\n' : `${side}\n`]),
  );

async function put(ref: string, notes: ReadonlyMap<string, string>): Promise<void> {
  const repository = await openRepository(lab.caller);
  lab.git('update-ref', '-d', ref);
  const drafts = [...notes].map(([commit, text]) => ({ commit, text }));
  await writeNotes(repository, drafts, { ref });
}

async function read(ref: string): Promise<ReadonlyMap<string, string>> {
  const objects = openObjects(lab.caller);
  const found = await readNotesAt(objects, ref, commits);
  objects.close();
  return found;
}

const joined = (ours: string | undefined, theirs: string | undefined): string =>
  [...new Set([ours, theirs].filter((text) => text !== undefined))].toSorted().join('');

describe.each([
  ['few with few', [0, 20], [10, 30]],
  ['few with hundreds: one is flat, the other has folders', [0, 20], [10, 700]],
  ['hundreds with few', [10, 700], [0, 20]],
  ['many with many', [0, 500], [200, 700]],
  ['two flat ones that are too many together', [0, 200], [150, 400]],
  ['nothing in common', [0, 300], [300, 700]],
  ['the same', [0, 300], [0, 300]],
  ['some of ours', [0, 300], [20, 40]],
] as const)('%s', (_, ours, theirs) => {
  test.each([
    ['all lines of both', [ours, theirs]],
    ['the other way round', [theirs, ours]],
  ] as const)('%s', async (__, [own, other]) => {
    const [mine, yours] = [notesOf('a', own), notesOf('b', other)];
    await put(OURS, mine);
    await put(THEIRS, yours);
    expect(await mergeNotes(await openRepository(lab.caller), THEIRS)).toBe(true);
    const wanted = commits
      .filter((commit) => mine.has(commit) || yours.has(commit))
      .map((commit) => [commit, joined(mine.get(commit), yours.get(commit))] as const);
    expect(await read(OURS)).toEqual(new Map(wanted));
    expect(lab.git('notes', '--ref=aitrail', 'list').split('\n')).toHaveLength(wanted.length);
    expect(lab.git('merge-base', '--is-ancestor', THEIRS, OURS)).toBe('');
  });
});

test('what was joined is sound', () => {
  expect(lab.git('fsck', '--strict', '--no-dangling')).toBe('');
});
