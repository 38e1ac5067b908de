import { expect, test } from 'vitest';
import { racePushes } from './race-pushes.ts';

test('two clones push at the same moment: every note arrives, with its own push', async () => {
  const { commits, noted, unsent } = await racePushes(2);
  expect(commits.filter((commit) => !noted.has(commit))).toEqual([]);
  expect(unsent).toEqual([]);
}, 60_000);
