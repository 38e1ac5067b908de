// Commits that wait for attestation: who takes them, who waits for the taker, and what becomes of those a dead one held.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openRepository } from '../../src/git/open-repository.ts';
import {
  addPending,
  awaitTakers,
  readPending,
  readTaken,
  takePending,
} from '../../src/git/pending.ts';
import { openLab } from '../attest/lab.ts';

const COVERAGE = { preCommit: 'ran', recorder: 'active', agentSignals: [] } as const;
const [ONE, TWO] = ['1'.repeat(40), '2'.repeat(40)];
const waiting = (commit: string, rewrittenFrom: readonly string[] = []) => ({
  commit,
  rewrittenFrom,
  coverage: COVERAGE,
});

test('who reads waits for another process that attests, and takes over what a dead one held', async () => {
  const lab = openLab();
  const repository = await openRepository(lab.caller);
  const folder = join(repository.commonDir, 'aitrail');
  mkdirSync(folder);
  const other = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
  const taken = join(folder, `pending.taken-${String(other.pid)}-${String(Date.now())}`);
  writeFileSync(taken, `${JSON.stringify(waiting(ONE))}\n`);
  expect(await readTaken(repository)).toEqual(new Set([ONE]));
  let isOver = false;
  const reading = awaitTakers(repository).then(() => (isOver = true));
  expect((await takePending(repository)).commits).toEqual([]);
  expect(isOver).toBe(false);
  const ended = once(other, 'exit');
  other.kill('SIGKILL');
  await ended;
  await reading;
  expect(existsSync(taken)).toBe(true);
  expect(await readPending(repository)).toEqual([waiting(ONE)]);
  const queue = await takePending(repository);
  expect(queue.commits).toEqual([waiting(ONE)]);
  await queue.done();
  expect(await readPending(repository)).toEqual([]);
  rmSync(dirname(lab.repo), { recursive: true });
});

test('one that is queued twice keeps what its hook saw and all of its sources; nobody waits for himself', async () => {
  const lab = openLab();
  const repository = await openRepository(lab.caller);
  await addPending(repository, [waiting(ONE, [TWO]), waiting(TWO)]);
  await addPending(repository, [
    { ...waiting(ONE, ['3'.repeat(40)]), coverage: { ...COVERAGE, preCommit: 'absent' } },
  ]);
  const both = [waiting(ONE, [TWO, '3'.repeat(40)]), waiting(TWO)];
  expect((await takePending(repository)).commits).toEqual(both);
  expect(await readPending(repository)).toEqual(both);
  expect(await readTaken(repository)).toEqual(new Set());
  rmSync(dirname(lab.repo), { recursive: true });
});
