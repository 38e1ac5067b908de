// Which policy judges a commit, and what mode: observe leaves of it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFallbackWorld } from '../../src/flow/commit/fallback-world.ts';
import { runHook } from '../../src/hooks/run-hook.ts';
import { openStore } from '../../src/store/open-store.ts';
import { type Lab, openLab } from '../attest/lab.ts';

const PROTECT = 'protect: [{ paths: [Jenkinsfile], action: block }]\n';
const TOKEN = ['ghp', 'R7tQ2mZx9LbK4vWc8NsY3hDf6JpA1gUe5iTo'].join('_');

async function preCommit(lab: Lab): Promise<{ exit: number; stderr: string } | null> {
  const world = openFallbackWorld(lab.caller, false);
  try {
    const call = { hook: 'pre-commit', words: [], stdin: '', caller: lab.caller } as const;
    return await runHook(call, world);
  } finally {
    await world.close();
  }
}

async function leavesOf(lab: Lab): Promise<readonly string[]> {
  const store = await openStore({ home: lab.home, mode: 'read', inProcess: true });
  try {
    const entries = await store.readLog(0, await store.logSize());
    return entries.map(({ data }) => Buffer.from(data).toString());
  } finally {
    await store.close();
  }
}

test.each([
  ['taken out of the file', ''],
  ['with the file deleted', null],
  ['turned into a warning', PROTECT.replace('block', 'warn')],
  ['with other paths', PROTECT.replace('Jenkinsfile', 'README.md')],
])(
  'a change of policy and protected file together is judged by the old policy: %s',
  async (_, text) => {
    const lab = openLab();
    lab.commit('.aitrailrc.yaml', PROTECT);
    lab.write('Jenkinsfile', 'pipeline {}\n');
    if (text === null) lab.git('rm', '-q', '.aitrailrc.yaml');
    else lab.write('.aitrailrc.yaml', text);
    lab.git('add', '-A');
    const answer = await preCommit(lab);
    expect(answer?.exit).toBe(1);
    expect(answer?.stderr).toMatch(
      /Jenkinsfile: changed; protected by \.aitrailrc\.yaml@[0-9a-f]{12}:1/,
    );
  },
);

test('the branch that changes the policy is judged by the default branch of the remote', async () => {
  const lab = openLab();
  lab.commit('.aitrailrc.yaml', PROTECT);
  lab.git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  lab.commit('.aitrailrc.yaml', 'protect: []\n');
  lab.write('Jenkinsfile', 'pipeline {}\n');
  lab.git('add', '-A');
  expect((await preCommit(lab))?.exit).toBe(1);
  lab.git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  expect((await preCommit(lab))?.exit).toBe(0);
});

test('mode: observe: the commit passes unchanged, with a line and a leaf for each thing', async () => {
  const lab = openLab();
  lab.commit('.aitrailrc.yaml', PROTECT);
  const config = join(lab.env['XDG_CONFIG_HOME'] ?? '', 'aitrail');
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, 'config.yaml'), 'mode: observe\nsecrets: { vault: true }\n');
  lab.write('Jenkinsfile', `token = "${TOKEN}"\n`);
  lab.git('add', '-A');
  const staged = lab.git('write-tree');
  const answer = await preCommit(lab);
  expect(answer?.exit).toBe(0);
  expect(answer?.stderr.split('\n')).toEqual([
    expect.stringMatching(
      /^aitrail: Jenkinsfile:1:\d+: github-pat: would be refused \(mode: observe\)$/,
    ),
    expect.stringMatching(
      /^aitrail: Jenkinsfile: changed; protected by .*: would be refused \(mode: observe\)$/,
    ),
    '',
  ]);
  expect(lab.git('write-tree')).toBe(staged);
  const leaves = await leavesOf(lab);
  expect(leaves).toEqual([
    expect.stringContaining('"id":"observed github-pat pre-commit"'),
    expect.stringContaining('"id":"observed protect pre-commit"'),
  ]);
  expect(leaves.join()).not.toContain('Jenkinsfile');
});
