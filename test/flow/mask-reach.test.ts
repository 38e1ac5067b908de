import { expect, test } from 'vitest';
import type { MaskEdit } from '../../src/model/secret.ts';
import type { Field, TextSite } from '../../src/model/wire.ts';
import { reachesClient } from '../../src/flow/mask-reach.ts';
import { policyWith } from './policy-with.ts';

const site = (field: Field, tool: string | null = null): TextSite => ({
  channel: 'c',
  path: [],
  field,
  piece: 'whole',
  tool,
  pointer: null,
});
const edit = (pointer: MaskEdit['pointer']): MaskEdit => ({
  start: 0,
  end: 1,
  replacement: 'x',
  rule: 'r',
  pointer,
});

const ask = (
  where: TextSite,
  pointer: MaskEdit['pointer'],
): Parameters<typeof reachesClient>[1] => ({
  site: where,
  edit: edit(pointer),
  place: () => null,
});

test.each([
  ['prose', site('text'), null, true],
  ['what a call writes, as JSON text', site('arguments', 'Write'), ['content'], true],
  ['what a call writes, as values', site('argument', 'write_file'), ['content'], true],
  ['what must match, as JSON text', site('arguments', 'Edit'), ['old_string'], false],
  ['what must match, as values', site('argument', 'replace'), ['old_string'], false],
  ['what runs', site('argument', 'run_shell_command'), ['command'], false],
  ['a patch', site('freeform', 'apply_patch'), null, true],
] as const)('%s', (...[, where, pointer, want]) => {
  expect(reachesClient(policyWith({}), ask(where, pointer))).toBe(want);
});

test('policy decides for all of it', () => {
  const writes = site('argument', 'write_file');
  const matches = site('argument', 'replace');
  expect(reachesClient(policyWith({ onResponse: 'warn' }), ask(writes, ['content']))).toBe(false);
  expect(reachesClient(policyWith({ toolArguments: 'all' }), ask(matches, ['old_string']))).toBe(
    true,
  );
  expect(
    reachesClient(policyWith({ toolArguments: 'record-only' }), ask(writes, ['content'])),
  ).toBe(false);
});

test.each([
  ['a here-document is written', 'cat > a <<EOF\nKEY\nEOF\n', true],
  ['a header merely runs', 'curl -H "x: KEY" https://example.com', false],
])('in a command: %s', (...[, text, want]) => {
  const where = site('argument', 'run_shell_command');
  const place = (): { text: string; offset: number } => ({ text, offset: text.indexOf('KEY') });
  const mask = { site: where, edit: edit(['command']), place };
  expect(reachesClient(policyWith({}), mask)).toBe(want);
});
