// Where a reader is in a list of steps, and where a key takes them.
import type { ReplayStep } from '../print/replay-steps.ts';

interface Position {
  readonly step: number;
  /** First line shown. */
  readonly line: number;
}

type Wish = 'next' | 'previous' | 'first' | 'last' | 'down' | 'up' | 'page';

interface Key {
  readonly leftArrow: boolean;
  readonly rightArrow: boolean;
  readonly upArrow: boolean;
  readonly downArrow: boolean;
  readonly pageDown: boolean;
}

const LETTERS = new Map<string, Wish>([
  ['n', 'next'],
  ['l', 'next'],
  ['p', 'previous'],
  ['h', 'previous'],
  ['j', 'down'],
  ['k', 'up'],
  [' ', 'page'],
  ['g', 'first'],
  ['G', 'last'],
]);

/** The arrows, and the letters that pagers have. */
export function wishOf(input: string, key: Key): Wish | null {
  if (key.rightArrow) return 'next';
  if (key.leftArrow) return 'previous';
  if (key.downArrow) return 'down';
  if (key.upArrow) return 'up';
  return key.pageDown ? 'page' : (LETTERS.get(input) ?? null);
}

interface Book {
  readonly steps: readonly ReplayStep[];
  readonly bodyRows: number;
}

/** @returns the new position, always inside the book. */
export const movePosition = (now: Position, wish: Wish | null, book: Book): Position =>
  wish === null ? now : MOVES[wish](now, book);

const MOVES: Readonly<Record<Wish, (now: Position, book: Book) => Position>> = {
  next: (now, book) => (now.step < lastStep(book) ? { step: now.step + 1, line: 0 } : now),
  previous: (now) => ({ step: Math.max(0, now.step - 1), line: 0 }),
  first: () => ({ step: 0, line: 0 }),
  last: (_, book) => ({ step: lastStep(book), line: 0 }),
  down: (now, book) => ({ ...now, line: Math.min(bottomLine(now, book), now.line + 1) }),
  up: (now) => ({ ...now, line: Math.max(0, now.line - 1) }),
  // at the end of an exchange the next one begins, as in a pager
  page: (now, book) =>
    now.line < bottomLine(now, book)
      ? { ...now, line: Math.min(bottomLine(now, book), now.line + book.bodyRows) }
      : MOVES.next(now, book),
};

const lastStep = ({ steps }: Book): number => Math.max(0, steps.length - 1);

/** The first line of the last full page. */
const bottomLine = ({ step }: Position, { steps, bodyRows }: Book): number =>
  Math.max(0, (steps[step]?.lines.length ?? 0) - bodyRows);
