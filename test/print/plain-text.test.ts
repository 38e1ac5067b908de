// What somebody else wrote is shown, never obeyed.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  columnsOf,
  fitColumns,
  padColumns,
  plainLine,
  plainText,
  wrapColumns,
} from '../../src/print/plain-text.ts';

test.each([
  ['plain', 'a\tb\nc', 'a\tb\nc'],
  ['colour', '\u001B[31mred\u001B[0m', '␛[31mred␛[0m'],
  ['title', '\u001B]0;x\u0007', '␛]0;x␇'],
  ['one-byte CSI', '\u009B31m', '<U+009B>31m'],
  ['overwriting', 'safe\rrm -rf', 'safe␍rm -rf'],
  ['line ends of Windows', 'a\r\nb', 'a\nb'],
  ['backspace and delete', 'a\b\u007F', 'a␈␡'],
  ['another reading order', 'a\u202Eb\u2066c', 'a<U+202E>b<U+2066>c'],
  ['nothing to see', 'a\u200Bb\uFEFF', 'a<U+200B>b<U+FEFF>'],
  ['tags', 'a\u{E0041}', 'a<U+E0041>'],
  ['half a character', 'a\uD800b', 'a<U+D800>b'],
  ['other writing', 'é 你好 🎉', 'é 你好 🎉'],
])('plainText: %s', (_, text, want) => expect(plainText(text)).toBe(want));

test('no text keeps anything that a terminal obeys', () =>
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(plainText(text)).not.toMatch(
        /[^\P{Cc}\t\n]|[\u202A-\u202E\u2066-\u2069]|\p{Surrogate}/u,
      );
      expect(plainLine(text)).not.toMatch(/\p{Cc}/u);
    }),
  ));

test.each([
  { name: 'short', text: 'abc', columns: 5, want: 'abc' },
  { name: 'long', text: 'abcdef', columns: 5, want: 'abcd…' },
  { name: 'wide', text: '你好吗', columns: 5, want: '你好…' },
  { name: 'wide, odd', text: '你好吗', columns: 4, want: '你…' },
])('fitColumns: $name', ({ text, columns, want }) => {
  expect(fitColumns(text, columns)).toBe(want);
  expect(columnsOf(padColumns(text, columns))).toBe(
    columnsOf(want) < columns ? columns : columnsOf(want),
  );
});

test.each([
  { name: 'words', text: 'one two three', columns: 7, want: ['one two', 'three'] },
  {
    name: 'a word that is too long',
    text: 'abcdefghij k',
    columns: 4,
    want: ['abcd', 'efgh', 'ij k'],
  },
  { name: 'lines stay', text: 'a\n\nb', columns: 9, want: ['a', '', 'b'] },
  { name: 'indents stay', text: '    code here', columns: 9, want: ['    code', 'here'] },
])('wrapColumns: $name', ({ text, columns, want }) =>
  expect(wrapColumns(text, columns)).toEqual(want),
);

test('wrapping loses nothing but blanks, keeps within its columns, and ends', () =>
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 2, max: 20 }),
      (text, columns) => {
        const plain = plainText(text);
        const lines = wrapColumns(plain, columns);
        expect(lines.join('').replaceAll(/\s/g, '')).toBe(plain.replaceAll(/\s/g, ''));
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
      },
    ),
  ));

test('ten megabytes on one line are cut at once', () => {
  const line = 'x'.repeat(10_000_000);
  expect(fitColumns(plainText(line), 80)).toHaveLength(80);
});

test('megabytes on one line are broken in one go', () => {
  expect(wrapColumns('x'.repeat(2_000_000), 80)).toHaveLength(25_000);
});
