// What the rules of no provider find of our own set; `npm run bench:secrets` measures labelled sets.
import { describe, expect, test } from 'vitest';
import { findManifestValues } from '../../src/secrets/manifest.ts';
import { openScanner } from '../../src/secrets/scanner.ts';
import { fillMarks, NEGATIVES, POSITIVES } from './generic-set.ts';

const generic = openScanner({ isGenericOnly: true });
const whole = openScanner();
/** Where the user's name and the address beside a password look like it, or it stands before what makes it one. */
const NOT_FOUND = new Set([
  'jdbc:oracle:thin:app/«P»@//db:1521/ORCL',
  'echo "ci:«P»" | chpasswd',
  'impacket-psexec acme/ci:«P»@host',
]);

describe('without the rules of any provider, found', () => {
  test.each(POSITIVES.filter((template) => !NOT_FOUND.has(template)))('%s', (template) => {
    const { text, start, end } = fillMarks(template);
    const found = [...generic.scan(text), ...findManifestValues(text)];
    expect(found.some((one) => one.start <= start && one.end >= end)).toBe(true);
  });
});

describe('with all rules, left alone', () => {
  test.each(NEGATIVES)('%s', (template) => {
    expect(whole.scan(fillMarks(template).text)).toEqual([]);
  });
});
