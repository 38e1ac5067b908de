import { expect, test } from 'vitest';
import { countLines } from '../../src/flow/attribute/count-lines.ts';
import { STATS_KEYS } from '../../src/model/stats.ts';
import { columnsOf } from '../../src/print/plain-text.ts';
import { statsText } from '../../src/print/stats-lines.ts';
import { pickStyle } from '../../src/print/style.ts';
import { attest, forceNote, makeIdentity } from './attest-kit.ts';
import { openLab, type Lab } from './lab.ts';

/** Three commits: one without a note, one attested, one with a note that speaks of another. */
async function countedLab(): Promise<Lab> {
  const lab = openLab();
  await makeIdentity(lab);
  lab.commit('old name.txt', 'a\nb\n');
  const attested = lab.commit('src/b.ts', 'one\nai: two\nai: three\nmixed: four\n');
  await attest(lab, [attested]);
  const copied = lab.commit('c.txt', 'ai: five\n');
  forceNote(lab, copied, lab.git('notes', '--ref=aitrail', 'show', attested));
  return lab;
}

test('lines are counted as the signed notes say, and unknown without one', async () => {
  const { caller } = await countedLab();
  const stats = await countLines(caller, null, 'agent');
  expect(stats).toMatchObject({
    commits: 3,
    attested: 1,
    total: { ai: 2, mixed: 1, unrecorded: 1, unknown: 3 },
    rows: [
      { key: 'claude-code', lines: { ai: 2, mixed: 1, unrecorded: 0, unknown: 0 } },
      { key: null, lines: { ai: 0, mixed: 0, unrecorded: 1, unknown: 3 } },
    ],
  });
  const keysBy = async (by: 'model' | 'path' | 'author'): Promise<readonly (string | null)[]> =>
    (await countLines(caller, null, by)).rows.map(({ key }) => key);
  expect(await keysBy('model')).toEqual(['claude-x', null]);
  expect(await keysBy('path')).toEqual(['src/b.ts', 'c.txt', 'old name.txt']);
  expect(await keysBy('author')).toEqual(['Alice <alice@example.com>']);
  const [day] = (await countLines(caller, null, 'day')).rows;
  expect(day?.key).toMatch(/^\d{4}-\d\d-\d\d$/);
  for (const by of STATS_KEYS)
    expect((await countLines(caller, null, by)).total).toEqual(stats.total);
  expect(await countLines(caller, 'HEAD~2..HEAD~1', 'agent')).toMatchObject({
    commits: 1,
    total: { ai: 2, mixed: 1, unrecorded: 1, unknown: 0 },
  });
});

test('what is no range is refused, and a repository without commits says so', async () => {
  const lab = openLab();
  await expect(countLines(lab.caller, null, 'agent')).rejects.toMatchObject({ code: 'NO_COMMITS' });
  lab.commit('a', 'a\n');
  for (const range of ['none..HEAD', '--output=x'])
    await expect(countLines(lab.caller, range, 'agent')).rejects.toMatchObject({
      code: 'NO_SUCH_REVISION',
    });
});

test('80 columns hold it, whatever a file is called', () => {
  const lines = { ai: 123_456, mixed: 7, unrecorded: 12, unknown: 0 };
  const rows = [
    { key: `src/${'long/'.repeat(30)}\u001B[31mname`, lines },
    { key: null, lines },
  ];
  const stats = { by: 'path', commits: 1, attested: 1, total: lines, rows } as const;
  const text = statsText(stats, 80, pickStyle(false));
  expect(Math.max(...text.split('\n').map(columnsOf))).toBeLessThanOrEqual(80);
  expect(text).not.toContain('\u001B');
  expect(text).toMatch(/^all .* 123456 +7 +12 +· +100\.0 %$/m);
});

test('of agents the part that each has in all lines, of authors the part that is an AI’s', () => {
  const mine = { ai: 6, mixed: 2, unrecorded: 0, unknown: 0 };
  const rest = { ai: 0, mixed: 0, unrecorded: 8, unknown: 0 };
  const total = { ...mine, unrecorded: 8 };
  const rows = [
    { key: 'codex', lines: mine },
    { key: null, lines: rest },
  ];
  const shown = (by: 'agent' | 'author'): string =>
    statsText({ by, commits: 1, attested: 1, total, rows }, 80, pickStyle(false));
  expect(shown('agent')).toMatch(/^codex .* 50\.0 %  █{6}░{6}$/m);
  expect(shown('author')).toMatch(/^codex .* 100\.0 %  █{12}$/m);
});
