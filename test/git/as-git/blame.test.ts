// aitrail blame beside git blame over random files, revisions and flags: the same bytes outside the author column, and
// the same exit status. AITRAIL_BLAMES=500 runs as many as acceptance asks for.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareBlame } from './beside.ts';
import { cloneOwn, makeHistory, type History } from './histories.ts';
import { makeWords } from './flags.ts';
import { openDice } from './random.ts';

const CASES = Number(process.env['AITRAIL_BLAMES'] ?? 36);
const SEED = Number(process.env['AITRAIL_SEED'] ?? 5);

let made: History;
let own: History | null;

beforeAll(async () => {
  made = await makeHistory(SEED, 10);
  own = cloneOwn();
}, 120_000);
afterAll(() => {
  made.close();
  own?.close();
});

async function compare(
  history: History,
  cases: number,
  seed: number,
): Promise<Record<string, number>> {
  const dice = openDice(seed);
  const tally = { same: 0, named: 0, refused: 0 };
  for (let left = cases; left > 0; left -= 1)
    tally[await compareBlame(history.caller, makeWords({ dice, history }))] += 1;
  return tally;
}

test('a made history', { timeout: 20_000 + CASES * 2000 }, async () => {
  const tally = await compare(made, CASES, SEED);
  // each of the three is seen, or the test would say less than it seems to
  expect(Math.min(...Object.values(tally)), JSON.stringify(tally)).toBeGreaterThan(2);
});

test('this project’s own history', { timeout: 20_000 + CASES * 2000 }, async ({ skip }) => {
  if (own === null) return skip('not in a git repository');
  const tally = await compare(own, Math.ceil(CASES / 3), SEED + 1);
  expect(tally['same']).toBeGreaterThan(0);
});
