import { describe, expect, test } from 'vitest';
import { fingerprintEdit } from '../../src/match/fingerprints.ts';
import { openTokenizer, splitTokenLines, joinTokenLines } from '../../src/match/tokens.ts';

const KEY = new Uint8Array(32).fill(7);
const { tokenize } = openTokenizer(KEY);
const tokensOf = (text: string): readonly number[] => tokenize(text).tokens;

describe('what a formatter changes leaves the tokens alone', () => {
  test.each([
    ['blanks', 'a  =  b', '\ta = b'],
    ['quotes', "import x from 'y';", 'import x from "y"'],
    ['trailing comma', 'f(\n  a,\n  b,\n)', 'f(a, b)'],
    ['line ends', 'a\r\nb\r\n', 'a\nb\n'],
    ['keyword case', 'SELECT id FROM t', 'select id from t'],
    ['table rule', '|---|---|', '| ------- | --- |'],
    ['list mark', '* one', '- one'],
    ['composed letters', 'café', 'café'],
  ])('%s', (_name, one, other) => expect(tokensOf(one)).toEqual(tokensOf(other)));
});

test.each([
  ['another name', 'const a = 1', 'const b = 1'],
  ['another number', 'x = 5', 'x = 6'],
  ['another bracket', 'x = []', 'x = {}'],
])('an edit shows: %s', (_name, one, other) => expect(tokensOf(one)).not.toEqual(tokensOf(other)));

test.each([
  ['signs', 'if (a !== b_1) { $c[0] += "x,y"; } // -- end \\'],
  ['control characters', 'a\0b\u007Fc\td\u000Be'],
])('a line of ASCII has the words that it has beside other letters: %s', (_name, line) => {
  expect(tokensOf(`${line} é`).slice(0, -1)).toEqual(tokensOf(line));
});

test("one key's numbers stay the same whatever key was used between", () => {
  const before = tokensOf('total of all');
  openTokenizer(new Uint8Array(32).fill(9)).tokenize('total of all');
  expect(openTokenizer(KEY).tokenize('total of all').tokens).toEqual(before);
});

test('another key, other numbers, all below 2^53', () => {
  const other = openTokenizer(new Uint8Array(32).fill(8)).tokenize('const total = sum(items)');
  const mine = tokenize('const total = sum(items)');
  expect(mine.tokens).toHaveLength(7);
  expect(mine.tokens.filter((token) => other.tokens.includes(token))).toEqual([]);
  expect(mine.tokens.every(Number.isSafeInteger)).toBe(true);
});

test('lines of tokens and back', () => {
  const text = tokenize('a b\n\n  c(\n');
  expect(joinTokenLines(splitTokenLines(text))).toEqual(text);
  expect(text.lineCount).toBe(3);
});

describe('fingerprintEdit', () => {
  const block =
    'export function total(items: Item[]): number {\n  return items.reduce((sum, item) => sum + item.price, 0);\n}\n';
  test('a reformatted copy inside a larger file shares fingerprints with the block', () => {
    const emitted = fingerprintEdit(KEY, { kind: 'write', path: 'a.ts', text: block });
    const committed = fingerprintEdit(KEY, {
      kind: 'write',
      path: 'b.ts',
      text: `// mine\nconst x = 1;\n${block.replaceAll('\n', '\n\n  ')}\nconst y = 2;\n`,
    });
    expect(emitted.length).toBeGreaterThan(2);
    expect(emitted.filter((print) => committed.includes(print)).length).toBeGreaterThan(
      emitted.length / 2,
    );
    expect(emitted.every(Number.isSafeInteger)).toBe(true);
  });
  test('brackets and common words alone leave none', () => {
    expect(
      fingerprintEdit(KEY, {
        kind: 'snippet',
        path: null,
        text: 'return null;\n}\n}\nelse {\n return null; }',
      }),
    ).toEqual([]);
  });
  test('a deletion writes nothing', () =>
    expect(fingerprintEdit(KEY, { kind: 'delete', path: 'a' })).toEqual([]));
});
