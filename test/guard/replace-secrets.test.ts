import { expect, test } from 'vitest';
import type { SecretHit } from '../../src/guard/finding.ts';
import { replaceInLines, replaceSecrets } from '../../src/guard/replace-secrets.ts';

const VALUE = 'v4lue+of/a=secret';
const MARK = 'AITRAIL_k_00000000';

function hitsIn(path: string, text: string): readonly SecretHit[] {
  return text.split('\n').flatMap((line, index) =>
    [...line.matchAll(/v4lue\+of\/a=secret|two\\nlines/g)].map((match) => ({
      path,
      firstLine: index + 1,
      lastLine: index + 1,
      firstColumn: match.index + 1,
      rule: 'r',
      kind: 'k',
      value: match[0],
      line: match[0],
      preview: '',
    })),
  );
}

const replaced = (text: string): string => text.replaceAll(VALUE, MARK);

test.each([
  ['quoted in code', 'a.ts', `x\nconst t = '${VALUE}';\n`, true],
  ['twice in a line', 'a.ts', `f("${VALUE}", "${VALUE}");\n`, true],
  ['in a comment', 'a.py', `x = 1  # ${VALUE}\n`, true],
  ['in JSON', 'a.json', `{"t": "${VALUE}"}\n`, true],
  ['a plain YAML scalar', 'a.yaml', `t: ${VALUE}\n`, true],
  ['an environment file', '.env', `T=${VALUE}\n`, true],
  ['with CRLF and without a last line end', 'a.ini', `[a]\r\nt = ${VALUE}\r\nx`, true],
  ['bare in code', 'a.py', `t = ${VALUE}\n`, false],
  ['after a closed string', 'a.ts', `f("x", ${VALUE})\n`, false],
  ['a lock file', 'yarn.lock', `t "${VALUE}"\n`, false],
  ['a checksum', 'a.yaml', `integrity: ${VALUE}\n`, false],
  ['a signed text', 'a.txt', `-----BEGIN PGP SIGNED MESSAGE-----\n${VALUE}\n`, false],
  ['a binary', 'a.bin', `\0${VALUE}\n`, false],
  ['a minified bundle', 'a.min.js', `t="${VALUE}"\n`, false],
  ['a value with an escape', 'a.ts', `t = "two\\nlines"\n`, false],
])('%s', (...row) => {
  const [, path, text, isDone] = row;
  const replacements = hitsIn(path, text).map((hit) => ({ hit, placeholder: MARK }));
  expect(replacements.length).toBeGreaterThan(0);
  expect(replaceSecrets(path, text, replacements)).toBe(isDone ? replaced(text) : null);
});

test('a hit that is not there any more stops it', () => {
  const [hit] = hitsIn('a.ini', `t = ${VALUE}\n`);
  const replacements = hit === undefined ? [] : [{ hit, placeholder: MARK }];
  expect(replaceSecrets('a.ini', 't = something else\n', replacements)).toBeNull();
});

test('columns beyond a million are columns', () => {
  const text = `${' '.repeat(2_000_000)}"${VALUE}"\n"${VALUE}"\n`;
  const replacements = hitsIn('a.ts', text).map((hit) => ({ hit, placeholder: MARK }));
  expect(replaceSecrets('a.ts', text, replacements) === replaced(text)).toBe(true);
});

test.each([
  ['the same line', `t = "${VALUE}" ü\n`, `t = "${MARK}" ü\n`],
  ['with another line end', `a\r\nt = "${VALUE}" ü\r\n`, `a\r\nt = "${MARK}" ü\r\n`],
  ['at the end', `t = "${VALUE}" ü`, `t = "${MARK}" ü`],
  ['changed since', `t = "${VALUE}" ü // later\n`, `t = "${VALUE}" ü // later\n`],
  ['a longer one', `t = "${VALUE}x" ü\n`, `t = "${VALUE}x" ü\n`],
])('in the working file: %s', (_, text, want) => {
  const line = `t = "${VALUE}" ü`;
  const hits = hitsIn('a.py', line).map((hit) => ({ hit: { ...hit, line }, placeholder: MARK }));
  const bytes = Buffer.from(text).toString('latin1');
  const next = replaceInLines(bytes, hits);
  expect(Buffer.from(next, 'latin1').toString()).toBe(want);
});
