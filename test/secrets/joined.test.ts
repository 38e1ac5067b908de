// Tokens in pieces, as code that would not trip a scanner writes them: refused where people commit, and nowhere else.
import { describe, expect, test } from 'vitest';
import { openScanner } from '../../src/secrets/scanner.ts';
import { drawText, fillShape } from './sample.ts';

const scanner = openScanner();
const TOKEN = fillShape('ghp_{A36}');
const KEY = fillShape('AKIA{T16}');
const [head, tail] = [TOKEN.slice(0, 11), TOKEN.slice(11)];

describe('found, from its first character to its last', () => {
  test.each([
    ['added', `const k = '${head}' + '${tail}';`],
    ['added, without blanks', `k="${head}"+"${tail}"`],
    ['added, over lines', `k = '${head}'\n  + '${tail}';`],
    ['added, over lines, CRLF', `k = '${head}' +\r\n  '${tail}';`],
    [
      'cut inside its prefix, three pieces',
      `k = "gh" + "${TOKEN.slice(2, 9)}" + '${TOKEN.slice(9)}'`,
    ],
    ['side by side', `k = ("${head}" "${tail}")`],
    ['side by side, over lines', `k = ("${head}"\n     "${tail}")`],
    ['bytes side by side', `k = b"${head}" b"${tail}"`],
    ['joined by a dot', `$k = '${head}' . '${tail}';`],
    ['joined by two dots', `local k = "${head}" .. "${tail}"`],
    ['joined by an ampersand', `k = "${head}" & "${tail}"`],
    ['quotes that meet in a shell', `K="${head}"'${tail}'`],
    ['a line that goes on', `export K=${head}\\\n${tail}`],
    ['literals over lines that go on', `k = "${head}" \\\n    "${tail}"`],
    ['backticks', `k = \`${head}\` + \`${tail}\``],
  ])('%s', (_, text) => {
    const start = text.indexOf('gh');
    const end = text.lastIndexOf(TOKEN.slice(-8)) + 8;
    expect(scanner.scan(text, { path: 'a' })).toEqual([
      { rule: 'github-pat', kind: 'github_pat', start, end },
    ]);
  });
  test('a key whose prefix stands alone', () => {
    const text = `id = '${KEY.slice(0, 4)}' + '${KEY.slice(4)}'`;
    expect(scanner.scan(text, { path: 'a' })).toMatchObject([{ rule: 'aws-access-key-id' }]);
  });
});

describe('left alone', () => {
  test.each([
    ['two values', `f('${head}', '${tail}')`],
    ['an example', `k = 'ghp_' + '${'x'.repeat(36)}'`],
    ['words', `'key of ' + 'the house'`],
    ['no format of anybody', `k = '${drawText('a-z', 4)}' + '${drawText('a-z', 8)}'`],
    ['a variable between', `k = '${head}' + rest + '${tail}'`],
  ])('%s', (_, text) => {
    expect(scanner.scan(text, { path: 'a' })).toEqual([]);
  });
  test('in a stream', () => {
    expect(scanner.scan(`k = '${head}' + '${tail}'`)).toEqual([]);
  });
});
