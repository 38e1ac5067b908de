import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { formatManual } from '../../src/print/manual.ts';

const COMMANDS = [
  {
    name: 'proxy start',
    usage: '',
    summary: 'start it',
    options: [{ flags: '-p, --port <number>', description: "'…' is a \\n" }],
    example: 'proxy start --port 41100',
  },
  { name: 'proxy stop', usage: '', summary: '.stop', options: [], example: 'proxy stop' },
  { name: 'blame', usage: '[file]', summary: 'blame', options: [], example: 'blame README.md' },
];
const pages = formatManual(COMMANDS, new Map([['proxy', 'the daemon']]), '1.2.3');

test('a page for the program, and one for each name', () =>
  expect(pages.map(({ file }) => file)).toEqual([
    'aitrail.1',
    'aitrail-proxy.1',
    'aitrail-blame.1',
  ]));

test('a page has what --help has, as roff', () =>
  expect(pages[1]?.text).toBe(
    [
      '.TH AITRAIL\\-PROXY 1 "" "aitrail 1.2.3" "aitrail manual"',
      '.SH NAME',
      'aitrail\\-proxy \\- the daemon',
      '.SH SYNOPSIS',
      '.B aitrail proxy start',
      '[options]',
      '.br',
      '.B aitrail proxy stop',
      '[options]',
      '.SH DESCRIPTION',
      '.SS aitrail proxy start',
      'start it.',
      '.TP',
      '.B \\-p, \\-\\-port <number>',
      "\\&'\\[u2026]' is a \\en",
      '.SS aitrail proxy stop',
      '\\&.stop.',
      '.SH EXAMPLES',
      '.EX',
      'aitrail proxy start \\-\\-port 41100',
      'aitrail proxy stop',
      '.EE',
      '.SH SEE ALSO',
      '.BR aitrail (1)',
      '',
    ].join('\n'),
  ));

describe.skipIf(spawnSync('groff', ['--version']).status !== 0)('groff', () => {
  test.each(pages)('reads $file without a warning', ({ text }) => {
    const ran = spawnSync('groff', ['-man', '-Tutf8', '-ww'], { input: text, encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toContain('aitrail manual');
  });
});
