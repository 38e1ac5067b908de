import { afterAll, expect, test } from 'vitest';
import { openRemoteLab } from './remote-lab.ts';

const lab = openRemoteLab();
afterAll(() => lab.remove());

test('a push that carries the notes itself is not overtaken by its own hook', async () => {
  const path = lab.bare('mirror');
  lab.git('remote', 'add', 'mirror', path);
  for (const notes of [1, 2]) {
    expect(await lab.push(['--mirror', 'mirror'])).toEqual({ exit: 0, stderr: '' });
    expect(lab.noted(path)).toBe(notes);
    lab.commit();
  }
});

test('a remote that refuses notes: the branch goes, one line says why they stay', async () => {
  const path = lab.bare('refusing');
  lab.git('-C', path, 'config', 'transfer.hideRefs', 'refs/notes');
  const { exit, stderr } = await lab.push([path, 'main']);
  expect(stderr).toMatch(
    /^aitrail: notes were not sent to \S+: it refuses refs\/notes\/aitrail \(.+; notes: \{ push: false \} keeps them here\); they go with the next push\n$/,
  );
  expect(exit).toBe(0);
  expect(lab.git('-C', path, 'rev-parse', 'main')).toBe(lab.git('rev-parse', 'main'));
});
