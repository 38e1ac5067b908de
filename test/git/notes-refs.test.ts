// Where notes stand: one call of git names the repository and them, and says the same as asking for each by itself.
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { listNotesRefs, openWithNotes } from '../../src/git/notes.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import { openLab, type Lab, type LabOptions } from '../attest/lab.ts';

let lab: Lab;
afterEach(() => rmSync(dirname(lab.repo), { recursive: true }));

const OURS = ['refs/notes/aitrail', 'refs/notes/remotes/origin/aitrail'];
const OTHERS = ['refs/notes/aitrails', 'refs/notes/ai', 'refs/notes/remotes/origin/commits'];
/** They too end in what a remote's would. */
const NESTED = ['refs/notes/remotes/team/origin/aitrail'];

interface Case {
  readonly name: string;
  readonly refs: readonly string[];
  readonly want: readonly string[];
  readonly options?: LabOptions;
  /** Below the repository; '' for its top. */
  readonly at?: string;
}

test.each<Case>([
  { name: 'none at all', refs: [], want: [] },
  { name: 'only those of others', refs: OTHERS, want: [] },
  { name: 'of a remote alone', refs: OURS.slice(1), want: OURS.slice(1) },
  {
    name: 'all kinds',
    refs: [...OURS, ...OTHERS, ...NESTED],
    want: [OURS[0], OURS[1], ...NESTED].filter((ref) => ref !== undefined),
  },
  { name: 'SHA-256', refs: OURS, want: OURS, options: { format: 'sha256' } },
  { name: 'from a folder', refs: OURS, want: OURS, at: 'deep' },
  { name: 'without a working tree', refs: OURS, want: OURS, at: '.git' },
])('$name', async ({ refs, want, options, at = '' }) => {
  lab = openLab(options);
  const commit = lab.commit('a.txt', 'one\n');
  mkdirSync(join(lab.repo, 'deep'));
  for (const ref of refs) lab.git('update-ref', ref, commit);
  lab.git('pack-refs', '--all');
  const caller = { ...lab.caller, cwd: join(lab.repo, at) };
  const alone = await openRepository(caller);
  expect(await openWithNotes(caller)).toEqual({ repository: alone, notesRefs: want });
  expect(await listNotesRefs(alone)).toEqual(want);
});

test('no repository is a fault', async () => {
  lab = openLab();
  const caller = { ...lab.caller, cwd: dirname(lab.repo) };
  await expect(openWithNotes(caller)).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' });
});
