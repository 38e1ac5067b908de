import { render } from 'ink-testing-library';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { ReplayScreen } from '../../src/ui/replay-screen.tsx';
import { movePosition } from '../../src/ui/leaf.ts';

const lines = (count: number, word: string): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${word} ${String(i + 1)}`);
const STEPS = [
  { title: 'session s1, exchange 1 of 2', lines: lines(50, 'first') },
  { title: 'session s1, exchange 2 of 2', lines: lines(3, 'second') },
];
const [LEFT, RIGHT, DOWN] = ['\u001B[D', '\u001B[C', '\u001B[B'];

test.each([
  ['as opened', [], 'exchange 1', 'first 1\n', '30 more below'],
  ['one line down', [DOWN], 'exchange 1', 'first 2\n', '29 more below'],
  ['a page down', [' '], 'exchange 1', 'first 21\n', '10 more below'],
  ['to the end, then on', [' ', ' ', ' '], 'exchange 2', 'second 1\n', ' '],
  ['the next exchange', [RIGHT], 'exchange 2', 'second 1\n', ' '],
  ['and back', [RIGHT, LEFT], 'exchange 1', 'first 1\n', '30 more below'],
  ['not beyond the last', [RIGHT, RIGHT], 'exchange 2', 'second 1\n', ' '],
  ['last, first', ['G', 'g'], 'exchange 1', 'first 1\n', '30 more below'],
])('the screen %s', async (_, keys, ...want) => {
  const [title, top, below] = want;
  const screen = render(<ReplayScreen stepsFor={() => STEPS} />);
  await vi.waitFor(() => expect(screen.stdin.listenerCount('readable')).toBeGreaterThan(0));
  for (const key of keys) {
    screen.stdin.write(key);
    await sleep(20);
  }
  await vi.waitFor(() => {
    const [first, second] = (screen.lastFrame() ?? '').split('\n');
    expect(first).toContain(title);
    expect(`${second ?? ''}\n`).toBe(top);
  });
  const frame = screen.lastFrame() ?? '';
  expect(frame).toContain(below);
  expect(frame).toContain('q leave');
  expect(frame.split('\n').length).toBeLessThan(24);
  screen.unmount();
});

test('an empty book has one place', () => {
  const book = { steps: [], bodyRows: 10 };
  for (const wish of ['next', 'previous', 'last', 'down', 'page', null] as const)
    expect(movePosition({ step: 0, line: 0 }, wish, book)).toEqual({ step: 0, line: 0 });
});
