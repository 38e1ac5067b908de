// Readable stretches of binary content, with where they stand.
import { expect, test } from 'vitest';
import { findStrings } from '../../src/git/binary-strings.ts';

const LONG = 'twenty characters, or more';

test.each([
  ['nothing', [0, 1, 2], []],
  ['short stretches', [`ab`, 0, 'short one', 255], []],
  ['at the start', [LONG, 0], [{ firstLine: 1, firstColumn: 1, start: 0, text: LONG }]],
  ['at the end', [0, 0, LONG], [{ firstLine: 1, firstColumn: 3, start: 2, text: LONG }]],
  [
    'after line ends',
    [0, '\n', 0, '\nx', 0, LONG, 7],
    [{ firstLine: 3, firstColumn: 3, start: 6, text: LONG }],
  ],
  [
    'over lines',
    [0, `${LONG}\n${LONG}`, 0, LONG],
    [
      { firstLine: 1, firstColumn: 2, start: 1, text: `${LONG}\n${LONG}` },
      { firstLine: 2, firstColumn: 28, start: 55, text: LONG },
    ],
  ],
] satisfies [string, (string | number)[], object[]][])('%s', (_, parts, want) => {
  const bytes = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))),
  );
  expect(findStrings(bytes)).toEqual(want);
});
