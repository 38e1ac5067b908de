import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { openFallbackWorld } from '../../src/flow/commit/fallback-world.ts';
import { initRepository } from '../../src/flow/setup/init-repository.ts';
import { runHook } from '../../src/hooks/run-hook.ts';
import { type Lab, openLab } from '../attest/lab.ts';
import { record } from './record.ts';

const WORKFLOW = 'on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps: []\n';
const TOKEN = ['ghp', 'R7tQ2mZx9LbK4vWc8NsY3hDf6JpA1gUe5iTo'].join('_');

async function openProject(): Promise<Lab> {
  const lab = openLab();
  await initRepository(lab.caller, { askNotesPush: () => Promise.resolve(true) });
  lab.git('add', '.');
  const anHourAgo = `${Math.floor(Date.now() / 1000) - 3600} +0000`;
  const env = { ...lab.env, GIT_COMMITTER_DATE: anHourAgo };
  execFileSync('git', ['commit', '-q', '--no-verify', '-m', 'set up'], { cwd: lab.repo, env });
  return lab;
}

async function preCommit(lab: Lab): Promise<{ exit: number; stderr: string }> {
  const world = openFallbackWorld(lab.caller, false);
  try {
    const call = { hook: 'pre-commit', words: [], stdin: '', caller: lab.caller } as const;
    return (await runHook(call, world)) ?? { exit: -1, stderr: 'somebody else must answer' };
  } finally {
    await world.close();
  }
}

test('a workflow that a model wrote is refused, the same file typed by a person is not', async () => {
  const lab = await openProject();
  lab.write('.github/workflows/x.yml', WORKFLOW);
  lab.git('add', '.');
  expect(await preCommit(lab)).toEqual({ exit: 0, stderr: '' });
  await record(lab, '.github/workflows/x.yml', WORKFLOW);
  const { exit, stderr } = await preCommit(lab);
  expect(exit).toBe(1);
  expect(stderr).toMatch(
    /^aitrail: \.github\/workflows\/x\.yml: changed by an AI; protected by \.aitrailrc\.yaml@[0-9a-f]{12}:\d+ \(PROTECTED_PATH\)\n {2}fix: /,
  );
});

test('what a model wrote elsewhere and somebody moved there is its work too', async () => {
  const lab = await openProject();
  await record(lab, 'ci/x.yml', WORKFLOW);
  lab.write('.github/workflows/x.yml', WORKFLOW);
  lab.git('add', '.');
  expect((await preCommit(lab)).stderr).toContain('PROTECTED_PATH');
});

test("a model's work that was committed before does not make a person's change its own", async () => {
  const lab = await openProject();
  await record(lab, '.github/workflows/x.yml', WORKFLOW);
  lab.write('.github/workflows/x.yml', WORKFLOW);
  lab.git('add', '.');
  lab.git('commit', '-q', '--no-verify', '-m', 'reviewed');
  lab.write('.github/workflows/x.yml', `${WORKFLOW}# nightly builds run elsewhere, see docs\n`);
  lab.git('add', '.');
  expect(await preCommit(lab)).toEqual({ exit: 0, stderr: '' });
});

test('a secret says whose line it is', async () => {
  const lab = await openProject();
  const text = `export const client = connect({ region: 'eu', token: '${TOKEN}' });\n`;
  await record(lab, 'src/client.ts', text);
  lab.write('src/client.ts', text);
  lab.git('add', '.');
  expect((await preCommit(lab)).stderr).toMatch(
    /^aitrail: src\/client\.ts:1:\d+: github-pat, written by an AI \(SECRET_FOUND\)\n/,
  );
});
