// The line on standard error: nothing in a pipe, nothing of what is soon done, and nothing left behind.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openProgress, type Progress } from '../../src/cli/progress.ts';

const CLEAR = '\r\u001B[K';
let written = '';

const openAt = (isTTY: boolean, columns = 80): Progress =>
  openProgress({ isTTY, columns, write: (text) => (written += text) });

beforeEach(() => {
  written = '';
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('what is done within a second is not shown', () => {
  const progress = openAt(true);
  progress('10%');
  vi.advanceTimersByTime(900);
  progress('90%');
  progress('');
  vi.advanceTimersByTime(5000);
  expect(written).toBe('');
});

test('what takes longer is shown, also while nothing new is said of it, and is taken away', () => {
  const progress = openAt(true);
  progress('10%');
  vi.advanceTimersByTime(500);
  progress('20%');
  vi.advanceTimersByTime(500);
  expect(written).toBe(`${CLEAR}20% …`);
  progress('30%'); // too soon after it
  vi.advanceTimersByTime(100);
  progress('40%');
  progress('');
  expect(written).toBe(`${CLEAR}20% …${CLEAR}40% …${CLEAR}`);
});

test('where the loop does not turn the next word is the first', () => {
  const progress = openAt(true);
  progress('10%');
  vi.setSystemTime(Date.now() + 1500);
  progress('60%');
  expect(written).toBe(`${CLEAR}60% …`);
});

test('what is known to take long is shown at once, on one line', () => {
  const progress = openAt(true, 12);
  progress('copying 2.3 GB', true);
  expect(written).toBe(`${CLEAR}copying 2.3`);
});

test('a pipe gets nothing', () => {
  const progress = openAt(false);
  progress('10%', true);
  vi.advanceTimersByTime(5000);
  progress('20%');
  progress('');
  expect(written).toBe('');
});
