// A daemon that answers too late: git has gone on, and the fallback could not write beside the open store.
import { expect, test } from 'vitest';
import { attestFromHook } from '../../src/flow/attest/attest-hook.ts';
import { withHookWork } from '../../src/flow/commit/hook-work.ts';
import { openStore } from '../../src/store/open-store.ts';
import { makeIdentity, noteOf } from '../attest/attest-kit.ts';
import { openLab } from '../attest/lab.ts';

test.each([
  ['which has the store attests all the same', true, 1],
  ['which cannot write leaves it to others', false, 0],
])('a late daemon %s', async (_, isWritable, notes) => {
  const lab = openLab();
  await makeIdentity(lab);
  const commit = lab.commit('a.txt', 'one\n');
  const store = await openStore({ home: lab.home, mode: 'write', inProcess: true });
  const world = {
    openRecords: async () => Promise.resolve({ kind: 'open', store, isWritable } as const),
    isWanted: () => false,
    canWait: false,
    onQueued: null,
    tellBlock: null,
  };
  const call = { hook: 'post-commit', words: [], stdin: '' } as const;
  await withHookWork(lab.caller, world, (work) => attestFromHook(work, call));
  await store.close();
  expect(lab.git('notes', '--ref=aitrail', 'list').split('\n').filter(Boolean)).toHaveLength(notes);
  expect(notes === 0 || noteOf(lab, commit).length === 1).toBe(true);
});
