// Many texts at once, against each of them by itself.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openAnyFinder } from '../../src/model/find-any.ts';

/** So few letters that beginnings of one are in another, and that much is almost there. */
const word = fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 1, maxLength: 7 });

test('finds what each search by itself finds', () => {
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 6 }),
      fc.array(word, { maxLength: 12 }).map((words) => words.join('')),
      (needles, text) => {
        const found = new Set<number>();
        openAnyFinder(needles.map((needle) => Buffer.from(needle)))(Buffer.from(text), (index) =>
          found.add(index),
        );
        const each = needles.flatMap((needle, index) => (text.includes(needle) ? [index] : []));
        expect([...found].toSorted((a, b) => a - b)).toEqual(each);
      },
    ),
    { numRuns: 500 },
  );
});

test.each([
  ['at the beginning', 'needle and hay', [0]],
  ['at the end', 'hay and needle', [0]],
  ['the whole', 'needle', [0]],
  ['almost, and cut off', 'hay needl', []],
  ['nothing to search', '', []],
  ['another of the same ending', 'noodle and beadle', [1]],
])('%s', (_, text, want) => {
  const found: number[] = [];
  const find = openAnyFinder(['needle', 'noodle'].map((needle) => Buffer.from(needle)));
  find(Buffer.from(text), (index) => found.push(index));
  expect(found).toEqual(want);
});

test('texts longer than a leap may be', () => {
  const [first, second] = ['a'.repeat(300), `${'a'.repeat(299)}b`];
  const find = openAnyFinder([first, second].map((needle) => Buffer.from(needle)));
  const found = new Set<number>();
  find(Buffer.from(`${'b'.repeat(77)}${first.slice(1)}b`), (index) => found.add(index));
  expect([...found]).toEqual([1]);
});
