// The line after a commit: said by the hook as git runs it, where an AI's lines came in, unless somebody wants quiet.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test, vi } from 'vitest';
import { initRepository } from '../../src/flow/setup/init-repository.ts';
import { hookLines } from '../../src/print/hook-lines.ts';
import { type Lab, openLab } from '../attest/lab.ts';
import { record } from './record.ts';

// dozens of processes: the bound only ends one that hangs
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const TEXT =
  'export const rows = [1, 2, 3];\nexport const total = rows.reduce((sum, row) => sum + row, 0);\n';

/** @returns what a person sees on standard error. */
function commit(lab: Lab, env: Readonly<Record<string, string>> = {}): string {
  const ran = spawnSync('git', ['commit', '-qam', 'more'], {
    cwd: lab.repo,
    env: { ...lab.env, ...env },
    encoding: 'utf8',
  });
  expect(ran.status, ran.stderr).toBe(0);
  return ran.stderr;
}

test('a commit tells how much of it is an AI’s, and can be told not to', async () => {
  const lab = openLab();
  await initRepository(lab.caller, { askNotesPush: () => Promise.resolve(true) });
  lab.write('own.ts', '// nothing that anybody recorded\n');
  lab.git('add', '.');
  expect(commit(lab)).toBe('');
  await record(lab, 'rows.ts', TEXT);
  lab.write('rows.ts', `${TEXT}// somebody's own line about something else\n`);
  lab.git('add', '.');
  expect(commit(lab)).toBe(
    'aitrail: 2 of 3 added lines by claude-code (67%), 1 session, signed by alice@example.com\n',
  );
  const another = async (name: string): Promise<void> => {
    const text = TEXT.replaceAll('rows', name);
    await record(lab, `${name}.ts`, text);
    lab.write(`${name}.ts`, text);
    lab.git('add', '.');
  };
  await another('columns');
  expect(commit(lab, { AITRAIL_QUIET: '1' })).toBe('');
  await another('cells');
  expect(commit(lab, { AITRAIL_QUIET: '0' })).toContain('2 of 2 added lines');
  lab.write('.aitrailrc.yaml', 'summary: false\n');
  await another('sheets');
  expect(commit(lab)).toBe('');
  rmSync(dirname(lab.repo), { recursive: true });
});

test.each([
  [{ ai: 1, mixed: 0, unrecorded: 999 }, '1 of 1000 added lines by claude-code (1%), '],
  [
    { ai: 996, mixed: 3, unrecorded: 1 },
    '999 of 1000 added lines by claude-code (99%), 3 of them mixed, ',
  ],
  [{ ai: 1, mixed: 0, unrecorded: 0 }, '1 of 1 added line by claude-code (100%), '],
  [
    { ai: 4, mixed: 0, unrecorded: 4, commits: 3 },
    '3 commits: 4 of 8 added lines by claude-code (50%), ',
  ],
  [{ ai: 4, mixed: 0, unrecorded: 4, agents: [] }, '4 of 8 added lines by ai (50%), '],
])('%j', (counts, want) => {
  const signer = { principal: 'alice@example.com', kind: 'file' } as const;
  const own = { commits: 1, agents: ['claude-code'], sessions: 2, signer, ...counts };
  expect(hookLines({ isRefused: false, notices: [{ kind: 'attested', ...own }] })).toBe(
    `aitrail: ${want}2 sessions, signed by alice@example.com\n`,
  );
});
