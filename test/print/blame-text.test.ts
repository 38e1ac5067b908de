import { expect, test } from 'vitest';
import { incrementalText, porcelainText } from '../../src/print/blame-porcelain.ts';
import {
  annotateText,
  blameText,
  type ColumnFacts,
  forTerminal,
} from '../../src/print/blame-text.ts';
import type { LineOrigin } from '../../src/model/origin.ts';

const source = { exchange: 'x1', session: 's1', agent: 'claude-code', model: 'm1' };
const AI: LineOrigin = { kind: 'ai', source, evidence: 'exact' };
const MIXED: LineOrigin = { kind: 'mixed', source, evidence: 'edited' };
const NONE: LineOrigin = { kind: 'unrecorded' };
const facts = (...origins: (LineOrigin | null)[]): ColumnFacts[] =>
  origins.map((origin, at) => ({
    name: Buffer.from(at === 1 ? 'Zoë' : 'Ana Example').toString('latin1'),
    mail: '<a@example.com>',
    origin,
  }));

const TEXT = Buffer.from(
  'abc123 (Ana Example 2026-01-01 00:00:00 +0000 1) one (Ana Example 2)\n' +
    'def456 (Zoë         2026-01-01 00:00:00 +0000 2) two\n',
);

test('no line of an AI’s: git’s very bytes', () =>
  expect(blameText(TEXT, facts(NONE, null), false)).toBe(TEXT));

test('an agent in the column, padded as git pads', () =>
  expect(blameText(TEXT, facts(AI, NONE), false).toString()).toBe(
    'abc123 (claude-code 2026-01-01 00:00:00 +0000 1) one (Ana Example 2)\n' +
      'def456 (Zoë         2026-01-01 00:00:00 +0000 2) two\n',
  ));

test('a longer name widens the column for every line', () =>
  expect(blameText(TEXT, facts(NONE, MIXED), false).toString()).toBe(
    'abc123 (Ana Example     2026-01-01 00:00:00 +0000 1) one (Ana Example 2)\n' +
      'def456 (claude-code+Zoë 2026-01-01 00:00:00 +0000 2) two\n',
  ));

test('colour only around the agent', () =>
  expect(blameText(TEXT, facts(AI, NONE), true).toString()).toContain(
    '(\u001B[35mclaude-code\u001B[39m 2026',
  ));

test('bytes that are no UTF-8 come out as they went in', () => {
  const bytes = Buffer.concat([TEXT, Buffer.from([0xe9, 0xff, 10])]);
  expect(blameText(bytes, facts(AI, NONE), false).subarray(-3)).toEqual(
    Buffer.from([0xe9, 0xff, 10]),
  );
});

test('git annotate’s columns', () => {
  const output = Buffer.from('abc\t(       Ana\t2026-01-01\t1)one\n');
  const own = [{ name: 'Ana', mail: '<a@example.com>', origin: AI }];
  expect(annotateText(output, own).toString()).toBe('abc\t(claude-code\t2026-01-01\t1)one\n');
});

test('porcelain: our lines before the text', () => {
  const output = Buffer.from('head\nfilename a\n\tone\nhead\n\ttwo\n');
  const shown = porcelainText(output, [
    { origin: AI, isSigned: true },
    { origin: null, isSigned: false },
  ]);
  expect(shown.toString()).toBe(
    'head\nfilename a\naitrail-origin ai\naitrail-agent claude-code\naitrail-model m1\n' +
      'aitrail-session s1\naitrail-exchange x1\naitrail-evidence exact\naitrail-signed true\n\tone\n' +
      'head\naitrail-origin unknown\n\ttwo\n',
  );
});

test('incremental: our lines after the file name, by runs of lines', () => {
  const id = 'c'.repeat(40);
  const output = Buffer.from(`${id} 1 1 3\nauthor A\nfilename a\n`);
  const shown = incrementalText(output, (line) => ({
    origin: line < 3 ? NONE : null,
    isSigned: false,
  }));
  expect(shown.toString()).toBe(
    `${id} 1 1 3\nauthor A\nfilename a\naitrail-lines 1 2\naitrail-origin unrecorded\n` +
      'aitrail-lines 3 1\naitrail-origin unknown\n',
  );
});

test('on a terminal nothing that a file or a name says is obeyed, and the agent keeps its colour', () => {
  const own = '\u001B[35magent\u001B[39m';
  const shaped = `abc (${own} 1) \u001B]52;c;QQ==\u0007 \u202Eevil\u202C \u001B[2J\u009B31m\n`;
  expect(forTerminal(Buffer.from(shaped)).toString()).toBe(
    `abc (${own} 1) \u241B]52;c;QQ==\u2407 <U+202E>evil<U+202C> \u241B[2J<U+009B>31m\n`,
  );
});
