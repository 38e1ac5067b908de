// From an exchange to the commits that hold its lines, however these commits were made anew: with the hooks that git runs.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { exportExchanges, type ExportedExchange } from '../../src/flow/show/export-exchanges.ts';
import { initRepository } from '../../src/flow/setup/init-repository.ts';
import { showRecord } from '../../src/flow/show/show-record.ts';
import { exchangeLine } from '../../src/print/export-lines.ts';
import { shownDocument } from '../../src/print/shown-lines.ts';
import { arrayAt, stringAt } from '../../src/model/json.ts';
import { type Lab, openLab } from '../attest/lab.ts';
import { record, recordAll } from './record.ts';

// dozens of processes: the bound only ends one that hangs
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const TEXT =
  'export const rows = [1, 2, 3];\nexport const total = rows.reduce((a, b) => a + b, 0);\n';

let lab: Lab;
let exchange: string;

/** main: start; topic, checked out: one commit with the exchange's lines. */
beforeAll(async () => {
  lab = openLab();
  await initRepository(lab.caller, { askNotesPush: () => Promise.resolve(true) });
  lab.commit('other.ts', 'export const other = 1;\n');
  lab.git('switch', '-q', '-c', 'topic');
  exchange = await record(lab, 'rows.ts', TEXT);
  lab.commit('rows.ts', TEXT);
}, 60_000);
afterAll(() => rmSync(dirname(lab.repo), { recursive: true }));

const shown = async (): Promise<object> => shownDocument(await showRecord(lab.caller, exchange));

const sh = (script: string): void => {
  const env = { ...lab.env, GIT_EDITOR: 'true' };
  execFileSync('sh', ['-ec', script], { cwd: lab.repo, env, stdio: 'pipe' });
};

/** Each goes on from the one before. */
describe('the commit that holds the lines now is named', { timeout: 60_000 }, () => {
  test.each([
    ['as committed', ''],
    ['amend', 'git commit -q --amend -m again'],
    [
      'rebase',
      `git switch -q main; echo 'export const more = 2;' >> other.ts; git commit -qam more
       git switch -q topic; git rebase -q main`,
    ],
    [
      'rebase --interactive with a squash',
      `echo '// x' >> other.ts; git commit -qam x
       GIT_SEQUENCE_EDITOR='sed -i 2s/pick/squash/' git rebase -q -i main`,
    ],
    ['cherry-pick', 'git switch -q -c picked main~1; git cherry-pick -X theirs topic'],
    [
      'merge --squash',
      'git switch -q -c squashed main; git merge -q --squash topic; git commit -qm s',
    ],
    ['reset and a new commit', 'git reset -q --soft HEAD~1; git commit -qm anew'],
    ['mixed reset and a new commit', 'git reset -q HEAD~1; git add .; git commit -qm anew'],
    ['revert of the revert', 'git revert --no-edit HEAD; git revert --no-edit HEAD'],
    ['another name', 'git mv rows.ts lines.ts; git commit -q --amend -m moved'],
    [
      'am',
      'git format-patch -q -1 --stdout > .git/patch; git reset -q --hard HEAD~1; git am -q .git/patch',
    ],
  ])('%s', async (_how, script) => {
    sh(script);
    const document = await shown();
    const commits = arrayAt(document, 'commits');
    expect(commits.at(-1)).toMatchObject({
      commit: lab.git('rev-parse', 'HEAD'),
      isReachable: true,
    });
  });
});

test('a commit that no branch has any more says so', async () => {
  const head = lab.git('rev-parse', 'HEAD');
  sh('git reset -q --hard HEAD~1');
  const commits = arrayAt(await shown(), 'commits');
  expect(commits.at(-1)).toMatchObject({ commit: head, isReachable: false });
  sh(`git reset -q --hard ${head}`);
});

test('a session lists its edits with what became of them, and the commits', async () => {
  const session = stringAt(Object(await shown()).session, 'id') ?? '';
  const document = shownDocument(await showRecord(lab.caller, session));
  expect(document).toMatchObject({
    edits: [
      {
        exchange,
        path: 'rows.ts',
        kind: 'write',
        outcome: 'unknown',
        commits: expect.arrayContaining([lab.git('rev-parse', 'HEAD')]),
      },
    ],
  });
  expect(arrayAt(document, 'commits').at(-1)).toMatchObject({
    commit: lab.git('rev-parse', 'HEAD'),
    isReachable: true,
  });
});

test('the recordings, exported: each exchange with its session and commits, by range and filter', async () => {
  const take = async (
    range: string | null,
    filter: object,
  ): Promise<readonly ExportedExchange[]> => {
    const taken: ExportedExchange[] = [];
    await exportExchanges(lab.caller, { range, filter }, async (one) => void taken.push(one));
    return taken;
  };
  const [one] = await take(null, {});
  if (one === undefined) throw new Error('nothing was exported');
  const line: unknown = JSON.parse(exchangeLine(one));
  expect(line).toMatchObject({
    schema: 'aitrail.exchange/1',
    exchange: { id: exchange },
    session: { agent: 'claude-code' },
  });
  expect(arrayAt(line, 'commits').at(-1)).toMatchObject({ commit: lab.git('rev-parse', 'HEAD') });
  expect(await take('main..topic', {})).toHaveLength(1);
  expect(await take('main~1', {})).toHaveLength(0);
  expect(await take(null, { agent: 'codex' })).toHaveLength(0);
  expect(await take(null, { model: 'no-such-model' })).toHaveLength(0);
  expect(await take(null, { sinceMs: Date.now() })).toHaveLength(0);
  expect(await take(null, { limit: 1 })).toHaveLength(1);
});

test('each edit names the commits that hold its own lines, also under another name and after a squash', async () => {
  const more = 'export const label = (row: number): string => `row ${row} of ${total}`;\n';
  const list = 'export const listLabels = (): string => rows.map(label).join(", ");\n';
  const both = await recordAll(lab, { 'label.ts': more, 'list.ts': list });
  const commitsOf = async (): Promise<object> => {
    const edits = arrayAt(shownDocument(await showRecord(lab.caller, both)), 'edits');
    return edits.map((edit) => arrayAt(edit, 'commits'));
  };
  const head = (): string => lab.git('rev-parse', 'HEAD');
  sh('git switch -q -c two main');
  const first = lab.commit('label.ts', more);
  const second = lab.commit('list.ts', list);
  expect(await commitsOf()).toEqual([[first], [second]]);
  sh('git mv list.ts lists.ts; git commit -q --amend -m moved');
  expect(await commitsOf()).toEqual([[first], [second, head()]]);
  sh('git reset -q --soft main; git commit -q -m both');
  expect(await commitsOf()).toEqual([
    expect.arrayContaining([first, head()]),
    expect.arrayContaining([second, head()]),
  ]);
});
