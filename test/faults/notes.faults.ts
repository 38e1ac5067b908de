// Notes under load: many pushes that collide.
import { expect, test } from 'vitest';
import { racePushes } from '../hooks/race-pushes.ts';
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
