// Inputs that make backtracking patterns explode (S071 to S078 and some of our own). What is compared is work, not
// time on a busy machine: twice the input may cost at most about twice, measured in CPU time of this process.
import { describe, expect, test } from 'vitest';
import { openTextMask } from '../../src/secrets/channel-mask.ts';
import { openScanner } from '../../src/secrets/scanner.ts';
import { cutText, streamThrough } from './apply-edits.ts';
import { fillShape } from './sample.ts';

const scanner = openScanner();
const SIZE = 100_000;
/** Quadratic work on 400 kB takes minutes; linear work well under a second. */
const CPU_MS_MAX = 4000;

const PROBES = [
  'curl -u ',
  'curl -u a:',
  'key',
  'token_',
  'BEGIN PRIVATE KEY',
  ['-----BEGIN ', 'PRIVATE KEY', '-----\n'].join(''),
  'secret= ',
  'secret="',
  'password: "a\\"',
  'eyJ',
  'eyJa.',
  'a',
  '://a:',
  '%41',
  '\\u0041',
  '"\\',
  'name: TOKEN\n  value: ',
  '<token>\n',
  'A1b2C3d4/',
  'sk-',
  'glpat-',
  '-eyJ',
  'eyJabcdefghijk.',
  ' eyJaaaaaaaaaaaaa.eyJbbbbbbbbbbbb.',
  'xoxb-1-',
  'AITRAIL_x_',
  "'ghp_' + ",
  '"ab"\n',
  'ab\\\n',
  'key_live_',
  ' -u a -p ',
];

function cpuMs(act: () => void): number {
  const before = process.cpuUsage();
  act();
  const spent = process.cpuUsage(before);
  return (spent.user + spent.system) / 1000;
}

describe('work stays linear', () => {
  test.each(PROBES)('%j repeated', (probe) => {
    const text = probe.repeat(Math.ceil((4 * SIZE) / probe.length));
    expect(cpuMs(() => scanner.scan(text))).toBeLessThan(CPU_MS_MAX);
  });

  test.each(PROBES)('%j repeated, in a stream', (probe) => {
    const text = probe.repeat(Math.ceil(SIZE / probe.length));
    const chunks = cutText(text, [997]);
    expect(
      cpuMs(() => {
        const { heldMost } = streamThrough(
          openTextMask({ scanner, key: Buffer.alloc(32) }),
          chunks,
        );
        expect(heldMost).toBeLessThanOrEqual(16_384);
      }),
    ).toBeLessThan(CPU_MS_MAX);
  });
});

test('a line of 2 MB with the secret at its very end', () => {
  const token = fillShape('ghp_{A36}');
  const text = `${'x = y; '.repeat(300_000)}${token}`;
  expect(scanner.scan(text)).toEqual([
    { rule: 'github-pat', kind: 'github_pat', start: text.length - 40, end: text.length },
  ]);
});

test('a blob of 1 MB in base64 is left as it is', () => {
  const blob = Buffer.from(
    Array.from({ length: 750_000 }, (_, at) => (at * 7919 + (at >> 3)) & 255),
  );
  const text = `{"data":"${blob.toString('base64')}"}`;
  expect(scanner.scan(text)).toEqual([]);
  const { text: streamed } = streamThrough(
    openTextMask({ scanner, key: Buffer.alloc(32) }),
    cutText(text, [4096]),
  );
  expect(streamed === text).toBe(true);
});
