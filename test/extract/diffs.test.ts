// fixtures/diffs/<parser>/<case>: a text, and beside it the edits that it holds.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseApplyPatch } from '../../src/extract/apply-patch.ts';
import { findFencedCode } from '../../src/extract/fenced-code.ts';
import { runInlineScript } from '../../src/extract/inline-scripts.ts';
import { parseSearchReplace } from '../../src/extract/search-replace.ts';
import { findShellWrites } from '../../src/extract/shell-writes.ts';
import { parseUnifiedDiff } from '../../src/extract/unified-diff.ts';
import type { Edit } from '../../src/model/edit.ts';

const ROOT = 'fixtures/diffs';

type Parser = (text: string) => readonly Edit[];
const PARSERS: Readonly<Record<string, Parser>> = {
  'apply-patch': parseApplyPatch,
  'unified-diff': (text) => parseUnifiedDiff(text),
  'fenced-code': findFencedCode,
  'search-replace': (text) => parseSearchReplace(text, null),
};

describe.each(Object.entries(PARSERS))('%s', (name, parse) => {
  test.each(readdirSync(join(ROOT, name)))('%s', (folder) => {
    const read = (file: string): string => readFileSync(join(ROOT, name, folder, file), 'utf8');
    expect(parse(read('input.txt'))).toEqual(JSON.parse(read('edits.json')));
  });
});

/** Pieces that mean something to one parser or another, so that random texts get past the first character. */
const PIECES = [
  '*** Begin Patch\n',
  '*** End Patch',
  '*** Update File: a\n',
  '*** Add File: b\n',
  '@@ x\n',
  '+a\n',
  '-b\n',
  '--- a/f\n',
  '+++ b/f\n',
  '@@ -1,2 +1,3 @@\n',
  ' c\n',
  '```',
  '~~~\n',
  '`',
  '<<<<<<< SEARCH\n',
  '=======\n',
  '>>>>>>> REPLACE\n',
  "<<'EOF'\n",
  '<<EOF\n',
  'EOF\n',
  'cat ',
  '> f ',
  '>> g ',
  '$(',
  ')',
  '(',
  '{ ',
  '}',
  '"',
  "'",
  '\\',
  '$x',
  '${x}',
  '$((',
  '))',
  '| ',
  '&& ',
  '; ',
  '\n',
  'tee ',
  'python -c ',
  "open('f','w')",
  '.write(',
  'echo a ',
  'A=$A$A;',
  '[[ ',
  ']] ',
  '<(',
  '#',
  'sed -i s/a/b/ ',
  '"""',
  '/*',
  '//',
  '${',
  'git apply -',
  '\r\n',
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 5 })), { maxLength: 60 })
  .map((pieces) => pieces.join(''));

const ALL: readonly Parser[] = [
  ...Object.values(PARSERS),
  (text) => findShellWrites(text),
  (text) => runInlineScript(text, 'javascript').edits,
  (text) => runInlineScript(text, 'python').edits,
];

test('no text makes a parser throw', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      for (const parse of ALL) expect(Array.isArray(parse(text))).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('what a patch adds is read back exactly', () => {
  const line = fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[\r\n]/g, ''));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1 }), (lines) => {
      const body = lines.map((text) => `+${text}\n`).join('');
      const patch = `*** Begin Patch\n*** Add File: a\n${body}*** End Patch\n`;
      const text = lines.map((one) => `${one}\n`).join('');
      const want = [{ kind: 'write', path: 'a', text }];
      expect(parseApplyPatch(patch)).toEqual(want);
      const source = `await tools.apply_patch(${JSON.stringify(patch)})`;
      expect(runInlineScript(source, 'javascript').edits).toEqual(want);
    }),
  );
});

test('what a quoted here-document holds is read back exactly', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const body = text.replaceAll(/^EOF$/gm, 'E');
      const command = `cat > 'a b' <<'EOF'\n${body}\nEOF\n`;
      expect(findShellWrites(command)).toEqual([{ kind: 'write', path: 'a b', text: `${body}\n` }]);
    }),
  );
});
