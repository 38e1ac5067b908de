import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { endingAfter } from '../../src/flow/at-most.ts';

const untilAborted = async (signal: AbortSignal): Promise<string> => {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  for (let i = 0; i < 200 && !signal.aborted; i += 1) {
    if (typeof collect === 'function') collect();
    await sleep(10);
  }
  return signal.aborted ? 'ended' : 'forgotten';
};

test('work is told to end, whatever the garbage collector does', async () => {
  expect(await endingAfter(100, new AbortController().signal, untilAborted)).toBe('ended');
});

test('work is told to end when somebody else says so, or had said so before', async () => {
  const outside = new AbortController();
  const ended = endingAfter(60_000, outside.signal, untilAborted);
  outside.abort();
  expect(await ended).toBe('ended');
  expect(await endingAfter(60_000, outside.signal, untilAborted)).toBe('ended');
});
