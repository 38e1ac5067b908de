// git goes on while the daemon attests: nothing is lost by it, and what follows from a note waits for it.
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { openSigned } from '../../src/attest/open-signed.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import { readPending } from '../../src/git/pending.ts';
import { answerHookRequest } from '../../src/hooks/answer-request.ts';
import { formatHookRequest } from '../../src/hooks/hook-request.ts';
import { readVersion } from '../../src/model/version.ts';
import { openStore } from '../../src/store/open-store.ts';
import { makeIdentity, noteOf } from '../attest/attest-kit.ts';
import { type Lab, openLab } from '../attest/lab.ts';

const postCommit = (lab: Lab): Buffer =>
  Buffer.from(
    formatHookRequest({
      version: readVersion(),
      uid: process.getuid?.() ?? 0,
      umask: '22',
      call: { hook: 'post-commit', words: [], stdin: '', caller: lab.caller },
    }),
  );

interface Gate {
  readonly passed: Promise<void>;
  readonly open: () => void;
}

function openGate(): Gate {
  const waiting: (() => void)[] = [];
  const passed = new Promise<void>((resolve) => waiting.push(resolve));
  return { passed, open: () => waiting.forEach((go) => go()) };
}

const notesIn = (lab: Lab): readonly string[] =>
  lab.git('notes', '--ref=aitrail', 'list').split('\n').filter(Boolean);

test.each([
  ['at once where nobody wants the summary', '1'],
  ['soon where the summary takes too long', '0'],
])('the answer comes %s, with the commit in the queue', async (_, quiet) => {
  const lab = openLab();
  await makeIdentity(lab);
  const caller = { ...lab.caller, env: { ...lab.env, AITRAIL_QUIET: quiet } };
  const own = { ...lab, caller };
  const repository = await openRepository(caller);
  const store = await openStore({ home: lab.home, mode: 'write', inProcess: true });
  const [gate, reached] = [openGate(), openGate()];
  const slow = {
    ...store,
    addCommit: async (...given: Parameters<typeof store.addCommit>) => {
      reached.open();
      await gate.passed;
      return store.addCommit(...given);
    },
  };
  const world = {
    openRecords: async () =>
      Promise.resolve({ kind: 'open', store: slow, isWritable: true } as const),
    isWanted: () => false, // git has hung up
    canWait: false,
    tellBlock: null,
  };
  const first = lab.commit('a.txt', 'one\n');
  const attesting = answerHookRequest(postCommit(own), world);
  expect(await attesting.answer).toBe('0\n');
  await reached.passed;
  expect(notesIn(lab)).toEqual([]);
  expect((await readPending(repository)).map(({ commit }) => commit)).toEqual([first]);
  lab.git('commit', '--amend', '-q', '-m', 'again');
  const amended = lab.git('rev-parse', 'HEAD');
  const amending = answerHookRequest(postCommit(own), world);
  expect(await amending.answer).toBe('0\n');
  expect(notesIn(lab)).toEqual([]);
  gate.open();
  await Promise.all([attesting.ended, amending.ended]);
  expect(await readPending(repository)).toEqual([]);
  expect(noteOf(lab, first)).toHaveLength(1);
  const note = openSigned(noteOf(lab, amended)[0] ?? '');
  expect(note.kind === 'signed' && note.statement.predicate.rewrittenFrom).toEqual([
    { gitCommit: first, envelopeSha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  ]);
  await store.close();
  rmSync(dirname(lab.repo), { recursive: true });
});

test('without a key to sign with, git waits to be told, also where nobody wants the summary', async () => {
  const lab = openLab();
  const caller = { ...lab.caller, env: { ...lab.env, AITRAIL_QUIET: '1' } };
  const store = await openStore({ home: lab.home, mode: 'write', inProcess: true });
  const world = {
    openRecords: async () => Promise.resolve({ kind: 'open', store, isWritable: true } as const),
    isWanted: () => true,
    canWait: false,
    tellBlock: null,
  };
  lab.commit('a.txt', 'one\n');
  const attesting = answerHookRequest(postCommit({ ...lab, caller }), world);
  expect(await attesting.answer).toMatch(
    /^0\naitrail: 1 commit waits for attestation: .*NO_SIGNER/,
  );
  await attesting.ended;
  await store.close();
  rmSync(dirname(lab.repo), { recursive: true });
});
