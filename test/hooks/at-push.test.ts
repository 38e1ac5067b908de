// What is judged when commits go out: those that no check saw when they were made, and what mode: observe leaves of it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFallbackWorld } from '../../src/flow/commit/fallback-world.ts';
import { initRepository } from '../../src/flow/setup/init-repository.ts';
import { runHook } from '../../src/hooks/run-hook.ts';
import type { HookName } from '../../src/model/hook.ts';
import { type Lab, openLab } from '../attest/lab.ts';
import { record } from './record.ts';

const PIPELINE =
  'pipeline {\n  agent any\n  stages { stage("deploy") { steps { sh "make" } } }\n}\n';
const TOKEN = ['ghp', 'R7tQ2mZx9LbK4vWc8NsY3hDf6JpA1gUe5iTo'].join('_');
const PROTECT = 'protect: [{ paths: [Jenkinsfile], from: ai, action: block }]\n';
const PUSH = 'push: [{ branches: [release], action: block }]\n';

interface Answer {
  readonly exit: number;
  readonly stderr: string;
}

async function run(lab: Lab, hook: HookName, stdin = ''): Promise<Answer> {
  const world = openFallbackWorld(lab.caller, false);
  try {
    const words = hook === 'pre-push' ? ['origin', join(lab.repo, '../remote.git')] : [];
    const answer = await runHook({ hook, words, stdin, caller: lab.caller }, world);
    return answer ?? { exit: -1, stderr: 'somebody else must answer' };
  } finally {
    await world.close();
  }
}

/** As git tells it of a branch that is new there. */
const push = (lab: Lab, branch: string): Promise<Answer> =>
  run(
    lab,
    'pre-push',
    `refs/heads/x ${lab.git('rev-parse', 'HEAD').trim()} refs/heads/${branch} ${'0'.repeat(40)}\n`,
  );

/** @param isChecked did pre-commit run? */
async function commit(lab: Lab, isChecked: boolean): Promise<void> {
  lab.git('add', '-A');
  if (isChecked) await run(lab, 'pre-commit');
  lab.git('-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-m', 'work');
  await run(lab, 'post-commit');
}

async function openProject(settings: string): Promise<Lab> {
  const lab = openLab();
  lab.git('init', '-q', '--bare', join(lab.repo, '../remote.git'));
  lab.commit('.aitrailrc.yaml', `${settings}notes: { push: false }\n`);
  await initRepository(lab.caller, { askNotesPush: () => Promise.resolve(true) });
  return lab;
}

test('a protected file that an AI wrote, in a commit that no check saw, does not go out', async () => {
  const lab = await openProject(PROTECT);
  await record(lab, 'Jenkinsfile', PIPELINE);
  lab.write('Jenkinsfile', PIPELINE);
  await commit(lab, false);
  const { exit, stderr } = await push(lab, 'topic');
  expect(exit).toBe(1);
  expect(stderr).toMatch(
    /^aitrail: Jenkinsfile: changed by an AI in [0-9a-f]{12}; protected by \.aitrailrc\.yaml@[0-9a-f]{12}:1 \(PROTECTED_PATH\)\n {2}fix: .* git rebase -i [0-9a-f]{12}\^\n/,
  );
});

test('a person’s change of the same file goes out', async () => {
  const lab = await openProject(PROTECT);
  lab.write('Jenkinsfile', PIPELINE);
  await commit(lab, false);
  expect(await push(lab, 'topic')).toMatchObject({ exit: 0 });
});

test('what was checked when it was committed is not judged a second time', async () => {
  const lab = await openProject('');
  await record(lab, 'Jenkinsfile', PIPELINE);
  lab.write('Jenkinsfile', PIPELINE);
  await commit(lab, true);
  lab.write('.aitrailrc.yaml', PROTECT);
  await commit(lab, true);
  expect(await push(lab, 'topic')).toMatchObject({ exit: 0 });
});

test('mode: observe: a push passes, with a line for each thing that would have stopped it', async () => {
  const lab = await openProject(PROTECT + PUSH);
  const config = join(lab.env['XDG_CONFIG_HOME'] ?? '', 'aitrail');
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, 'config.yaml'), 'mode: observe\n');
  await record(lab, 'Jenkinsfile', PIPELINE);
  lab.write('Jenkinsfile', PIPELINE);
  lab.write('leak.txt', `token = "${TOKEN}"\n`);
  await commit(lab, false);
  const { exit, stderr } = await push(lab, 'release');
  expect(exit).toBe(0);
  expect(stderr.split('\n').filter((line) => line.includes('would be refused'))).toEqual([
    expect.stringMatching(/^aitrail: commit [0-9a-f]{12}: leak\.txt:1:10: github-pat: would be /),
    expect.stringMatching(/^aitrail: Jenkinsfile: changed by an AI in [0-9a-f]{12}; /),
    expect.stringMatching(/^aitrail: release: guarded by /),
  ]);
});
