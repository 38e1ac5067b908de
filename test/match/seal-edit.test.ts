// Edits whose text is not kept say the same of lines.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyEdit } from '../../src/match/apply-edit.ts';
import { sealEdit } from '../../src/match/seal-edit.ts';
import { openTokenizer } from '../../src/match/tokens.ts';
import type { Edit } from '../../src/model/edit.ts';

const tokenizer = openTokenizer(Buffer.alloc(32, 7));
const CODE = `const total = sum(prices) * 1.19; // with tax

export function pay(order) {
\treturn order.due > 0 ? charge(order) : null;
}
`;

const EDITS: readonly Edit[] = [
  { kind: 'write', path: 'a', text: `${CODE}\nfoo()` },
  { kind: 'append', path: 'a', text: 'export { pay as default };\n' },
  {
    kind: 'replace',
    path: 'a',
    before: 'return order.due > 0 ?',
    after: 'return isDue(order) ?',
    isAll: false,
  },
  {
    kind: 'replace',
    path: 'a',
    before: 'sum(prices) * 1.19; // with tax\n\nexport function pay(order) {',
    after: 'gross(prices);\n\nexport function settle(order) {',
    isAll: true,
  },
  {
    kind: 'patch',
    path: 'a',
    movedTo: null,
    hunks: [
      [
        { mark: ' ', text: 'export function pay(order) {' },
        { mark: '-', text: '\treturn order.due > 0 ? charge(order) : null;' },
        { mark: '+', text: '\treturn charge(order);' },
      ],
    ],
  },
];

test.each(EDITS.map((edit) => [edit.kind, edit] as const))('%s applies as before', (_, edit) => {
  const sealed = sealEdit(edit, tokenizer);
  const base = tokenizer.tokenize(CODE);
  const want = applyEdit(base, edit, tokenizer);
  expect(want).not.toBeNull();
  expect(applyEdit(base, sealed, tokenizer)).toEqual(want);
});

test('no word of it is left', () => {
  const words = CODE.match(/[a-z]{3,}/g) ?? [];
  const kept = EDITS.map((edit) =>
    JSON.stringify(sealEdit(edit, tokenizer)).replaceAll(
      /"(?:kind|path|movedTo|hunks|mark|text|before|after|isAll)":|aitrail-tokens [0-9a-z ]+|"(?:write|append|replace|patch)"/g,
      '',
    ),
  ).join();
  expect(words.filter((word) => kept.includes(word) && word !== 'null')).toEqual([]);
});

const seal = (command: string): Edit =>
  sealEdit({ kind: 'command', command, paths: ['src/a.ts'] }, tokenizer);

test('a command keeps but whether it may write sources', () => {
  expect(seal('git status && ls')).toEqual({ kind: 'command', command: '', paths: ['src/a.ts'] });
  expect(JSON.stringify(seal('./generate --secretplan'))).not.toContain('secretplan');
});

test('any text has the tokens that it had', () =>
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const edit = { kind: 'write', path: 'a', text } as const;
      const sealed = sealEdit(edit, tokenizer);
      const again = 'text' in sealed ? tokenizer.tokenize(sealed.text) : null;
      expect(again).toEqual(tokenizer.tokenize(text));
    }),
  ));
