import { describe, expect, test } from 'vitest';
import { parseIncremental, parsePorcelain, readBlanks } from '../../src/git/blame.ts';
import { readBlameWords } from '../../src/git/blame-words.ts';
import { openLab } from '../attest/lab.ts';

const ID = 'a'.repeat(40);
const OTHER = 'b'.repeat(40);

test('porcelain names a commit’s facts once and its file whenever it changes', () => {
  const output = [
    `${ID} 3 1 2`,
    'author Ana Example',
    'author-mail <ana@example.com>',
    'author-time 1700000000',
    'filename src/old.ts',
    '\tone',
    `${ID} 4 2`,
    '\ttwo\tmore',
    `${OTHER} 1 3 1`,
    'author Bo',
    'author-mail <bo@example.com>',
    'author-time 1700000001',
    'filename "src/\\303\\244.ts"',
    '\t',
    '',
  ].join('\n');
  const lines = parsePorcelain(Buffer.from(output));
  expect(lines.map((l) => [l.commit[0], l.originalLine, l.line, l.path, l.text])).toEqual([
    ['a', 3, 1, 'src/old.ts', 'one'],
    ['a', 4, 2, 'src/old.ts', 'two\tmore'],
    ['b', 1, 3, 'src/ä.ts', ''],
  ]);
  expect(lines[1]).toMatchObject({
    author: 'Ana Example',
    mail: 'ana@example.com',
    authorTime: 1_700_000_000,
  });
});

test.each([
  ['plain name.ts', 'plain name.ts'],
  ['"tab\\there"', 'tab\there'],
  ['"quote\\"d\\\\"', 'quote"d\\'],
  ['"\\346\\227\\245.md"', '日.md'],
])('a file that git calls %s', (quoted, name) => {
  const output = `${ID} 1 1 1\nfilename ${quoted}\n\tone\n`;
  expect(parsePorcelain(Buffer.from(output)).map((line) => line.path)).toEqual([name]);
});

test('the short way says the same of each line as the long one, and the screen which are blank', () => {
  const lab = openLab();
  lab.commit('old.ts', 'one\n\n  two(3, 3)\n\t\n');
  lab.git('mv', 'old.ts', 'new name.ts');
  lab.commit('new name.ts', 'zero\none\n\n  two(3, 4)\n\t\nf(a, 6)\n\nlast');
  lab.write('new name.ts', 'zero\none\n\n  two(3, 4)\n \nf(a, 6)\n\nlast\n9 )\n\nend');
  const ask = (...words: readonly string[]): Buffer =>
    Buffer.from(`${lab.git('blame', ...words, '--', 'new name.ts')}\n`);
  for (const words of [[], ['-C'], ['-L2,4', '-L7,9'], ['-w', '-M'], ['--root']]) {
    const long = parsePorcelain(ask('--porcelain', ...words));
    const short = parseIncremental(ask('--incremental', ...words));
    // the time of what is not committed is now
    expect(short).toMatchObject(long.map(({ text: _text, authorTime: _now, ...line }) => line));
    expect(short).toHaveLength(long.length);
    const blank = long.map(({ text }) => text.trim() === '');
    for (const look of [
      [],
      ['-e'],
      ['-n', '-f'],
      ['--color-by-age', '--color-lines'],
      ['--date=unix'],
    ])
      expect(readBlanks(short, ask(...look, ...words))).toEqual(blank);
  }
});

describe('readBlameWords', () => {
  test.each<[string[], Partial<ReturnType<typeof readBlameWords>>]>([
    [['a.ts'], { file: 'a.ts', revision: null, shape: 'text', isBare: false }],
    [['HEAD~1', '--', 'a.ts'], { file: 'a.ts', revision: 'HEAD~1', mayBeTurned: false }],
    [['-L', '1,3', 'main', 'a.ts'], { file: 'a.ts', revision: 'main', mayBeTurned: true }],
    [['-L1,3', '-w', '-C', 'a.ts'], { file: 'a.ts', revision: null }],
    [['-wL', '1,3', 'a.ts'], { file: 'a.ts', revision: null }],
    [['--', 'a.ts', 'v1'], { file: 'a.ts', revision: 'v1' }],
    [['-sw', 'a.ts'], { isBare: true }],
    [['-L1s', '-M2', 'a.ts'], { isBare: false }],
    [['-c', 'a.ts'], { shape: 'annotate' }],
    [['-wp', 'a.ts'], { shape: 'porcelain', plainWords: ['-wp', 'a.ts'] }],
    [['--line-p', 'a.ts'], { shape: 'porcelain', plainWords: ['a.ts'] }],
    [['--porc', '--no-porcelain', 'a.ts'], { shape: 'text', plainWords: ['a.ts'] }],
    [['--incremental', '-p', 'a.ts'], { shape: 'incremental', plainWords: ['-p', 'a.ts'] }],
    [['--progress', '--pro', 'a.ts'], { plainWords: ['a.ts'] }],
    [['--reverse', 'v1..v2', 'a.ts'], { isReverse: true, revision: 'v1..v2' }],
    [['--contents', '-', 'a.ts'], { contents: '-', file: 'a.ts' }],
    [['--cont=b', '--no-contents', 'a.ts'], { contents: null, file: 'a.ts' }],
    [['-w'], { file: null }],
  ])('%j', (words, want) => expect(readBlameWords(words)).toMatchObject(want));
});
