// Notes under load: many pushes that collide, and very many notes.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { racePushes } from '../hooks/race-pushes.ts';
import { openRemoteLab } from '../hooks/remote-lab.ts';
import { figure } from './figures.ts';

const ROUNDS = 50;

test(`${String(ROUNDS)} times two clones push at the same moment: every note arrives`, async () => {
  const { commits, noted, unsent } = await racePushes(ROUNDS);
  const lost = commits.filter((commit) => !noted.has(commit));
  figure(
    'commits, notes there',
    `${String(commits.length)}, ${String(commits.length - lost.length)}`,
  );
  figure('pushes whose notes had to wait', String(unsent.length));
  expect(lost).toEqual([]);
  expect(unsent).toEqual([]);
});

const NOTES = 100_000;

/** A history whose every commit has a note, none of them signed: what counts is how many there are. */
function* noteStream(): Generator<string> {
  for (let at = 1; at <= NOTES; at += 1)
    yield `commit refs/heads/old\nmark :${String(at)}\ncommitter A <a@example.com> ${String(1_700_000_000 + at)} +0000\ndata 1\nx\n`;
  yield 'commit refs/notes/aitrail\ncommitter A <a@example.com> 1800000000 +0000\ndata 1\nx\n';
  for (let at = 1; at <= NOTES; at += 1) {
    const text = `{"payload":"${randomBytes(300).toString('base64')}"}\n`;
    yield `N inline :${String(at)}\ndata ${String(text.length)}\n${text}\n`;
  }
}

test(`a clone with few notes meets a remote with ${String(NOTES)}: joined and sent at the price of the few`, async () => {
  const lab = openRemoteLab();
  try {
    const there = lab.bare('there');
    execFileSync('git', ['fast-import', '--quiet'], {
      cwd: there,
      input: [...noteStream()].join(''),
    });
    lab.git('remote', 'add', 'origin', there);
    // what a hook has no time for, and says so: the first fetch of all notes
    lab.git('fetch', '-q', 'origin', '+refs/notes/aitrail*:refs/notes/remotes/origin/aitrail*');
    const took = timeOf(() => lab.commit());
    const { exit, stderr } = await lab.push(['origin', 'main']);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(lab.noted(there)).toBe(NOTES + 2);
    figure('a commit beside them', `${took} ms`);
    const loose = lab.git('count-objects').split(' ')[0];
    figure('objects that it and the push wrote', String(loose));
    expect(Number(loose)).toBeLessThan(100);
    expect(lab.git('-C', there, 'fsck', '--connectivity-only', '--no-dangling')).toBe('');
  } finally {
    lab.remove();
  }
});

function timeOf(act: () => void): string {
  const start = performance.now();
  act();
  return (performance.now() - start).toFixed(0);
}
