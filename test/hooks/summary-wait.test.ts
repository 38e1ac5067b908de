// For whom git is kept waiting: for the summary of a commit that is soon attested, where somebody wants it.
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openRepository } from '../../src/git/open-repository.ts';
import { readChecked } from '../../src/flow/commit/checked-tree.ts';
import { runHook } from '../../src/hooks/run-hook.ts';
import { openStore } from '../../src/store/open-store.ts';
import { makeIdentity } from '../attest/attest-kit.ts';
import { openLab, type Lab } from '../attest/lab.ts';

let lab: Lab;
afterEach(() => rmSync(dirname(lab.repo), { recursive: true }));

interface Case {
  readonly name: string;
  readonly files: number;
  readonly linesEach: number;
  readonly quiet?: string;
  readonly isAwaited: boolean;
}

test.each<Case>([
  { name: 'a small one', files: 1, linesEach: 10, isAwaited: true },
  {
    name: 'a small one that nobody wants to hear of',
    files: 1,
    linesEach: 10,
    quiet: '1',
    isAwaited: false,
  },
  { name: 'the largest that is waited for', files: 1, linesEach: 280, isAwaited: true },
  { name: 'a long one', files: 1, linesEach: 281, isAwaited: false },
  { name: 'one of many files', files: 15, linesEach: 1, isAwaited: false },
])('$name: $isAwaited', async ({ files, linesEach, quiet = '', isAwaited }) => {
  lab = openLab();
  await makeIdentity(lab);
  const caller = { ...lab.caller, env: { ...lab.env, AITRAIL_QUIET: quiet } };
  const store = await openStore({ home: lab.home, mode: 'write', inProcess: true });
  const told: boolean[] = [];
  const world = {
    openRecords: async () => Promise.resolve({ kind: 'open', store, isWritable: true } as const),
    isWanted: () => true,
    canWait: false,
    tellBlock: null,
    onQueued: (about: { readonly isAwaited: boolean }) => void told.push(about.isAwaited),
  };
  for (let file = 0; file < files; file += 1)
    lab.write(`a${String(file)}.txt`, 'a line\n'.repeat(linesEach));
  lab.git('add', '-A');
  const call = { words: [], stdin: '', caller };
  expect(await runHook({ ...call, hook: 'pre-commit' }, world)).toEqual({ exit: 0, stderr: '' });
  const tree = lab.git('write-tree');
  const checked = { tree, files, lines: files * linesEach };
  expect(await readChecked(await openRepository(caller))).toEqual(checked);
  lab.git('commit', '-q', '-m', 'first');
  expect(await runHook({ ...call, hook: 'post-commit' }, world)).toMatchObject({ exit: 0 });
  expect([...new Set(told)]).toEqual([isAwaited]);
  await store.close();
});

test('a file of an earlier version names the tree alone', async () => {
  lab = openLab();
  lab.commit('a.txt', 'one\n');
  const tree = lab.git('rev-parse', 'HEAD^{tree}');
  lab.write('.git/aitrail/checked-tree', `${tree}\n`);
  const repository = await openRepository(lab.caller);
  expect(await readChecked(repository)).toEqual({ tree, files: 0, lines: 0 });
});
