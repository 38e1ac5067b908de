import { expect, test } from 'vitest';
import type { MaskEdit } from '../../../src/model/secret.ts';
import type { Field, TextSite } from '../../../src/model/wire.ts';
import { pickReach } from '../../../src/flow/mask/mask-reach.ts';
import { policyWith } from '../policy-with.ts';

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

const ask = (where: TextSite, pointer: MaskEdit['pointer']): Parameters<typeof pickReach>[1] => ({
  site: where,
  edit: edit(pointer),
  place: () => null,
  written: new Set(),
  isKnown: false,
});

test.each([
  ['prose', site('text'), null, 'client'],
  ['what a call writes, as JSON text', site('arguments', 'Write'), ['content'], 'client'],
  ['what a call writes, as values', site('argument', 'write_file'), ['content'], 'client'],
  ['what must match, as JSON text', site('arguments', 'Edit'), ['old_string'], 'record'],
  ['what must match, as values', site('argument', 'replace'), ['old_string'], 'record'],
  ['what runs', site('argument', 'run_shell_command'), ['command'], 'record'],
  ['a patch', site('freeform', 'apply_patch'), null, 'client'],
] as const)('%s', (...[, where, pointer, want]) => {
  expect(pickReach(policyWith({}), ask(where, pointer))).toBe(want);
});

test('policy decides for all of it', () => {
  const writes = site('argument', 'write_file');
  const matches = site('argument', 'replace');
  expect(pickReach(policyWith({ onResponse: 'warn' }), ask(writes, ['content']))).toBe('record');
  expect(pickReach(policyWith({ toolArguments: 'all' }), ask(matches, ['old_string']))).toBe(
    'client',
  );
  expect(pickReach(policyWith({ toolArguments: 'record-only' }), ask(writes, ['content']))).toBe(
    'record',
  );
});

test.each([
  ['a here-document is written', 'cat > a <<EOF\nKEY\nEOF\n', 'client'],
  ['a header merely runs', 'curl -H "x: KEY" https://example.com', 'record'],
  ['what is printed to a file is written', 'echo KEY > a', 'client'],
])('in a command: %s', (...[, text, want]) => {
  const offset = text.indexOf('KEY');
  const mask = (isWhole: boolean): Parameters<typeof pickReach>[1] => ({
    site: site('arguments', 'Bash'),
    edit: edit(['command']),
    written: new Set(),
    isKnown: false,
    place: () => ({
      text: isWhole ? text : text.slice(0, offset + 3),
      offset,
      isWhole,
      call: '',
    }),
  });
  expect(pickReach(policyWith({}), mask(true))).toBe(want);
  expect(pickReach(policyWith({}), mask(false))).toBe(text.includes('<<') ? 'client' : 'later');
});

test('what must match is masked once the session wrote the placeholder, and only then', () => {
  const asked = ask(site('arguments', 'Edit'), ['old_string']);
  expect(pickReach(policyWith({}), { ...asked, written: new Set(['x']) })).toBe('client');
  expect(pickReach(policyWith({}), { ...asked, written: new Set(['y']) })).toBe('record');
});

test.each([
  ['{"file_path":"/w/.env","content":"A=KEY"}', 'A=KEY', 'record'],
  ['{"file_path":"api/.env.local","content":"A=KEY"}', 'A=KEY', 'record'],
  ['{"file_path":"src/environment.ts","content":"A=KEY"}', 'A=KEY', 'client'],
  ['{"file_path":"a.ts","content":"see .env KEY"}', 'see .env KEY', 'client'],
  ['', '*** Begin Patch\n*** Update File: .env\n+A=KEY\n', 'record'],
  ['', '*** Update File: .env\n+B=1\n*** Update File: a.ts\n+A=KEY\n', 'client'],
] as const)('a value known from an .env file stays in one: %s %j', (call, text, want) => {
  const place = { text, offset: text.indexOf('KEY'), isWhole: true, call };
  const where = call === '' ? site('freeform', 'apply_patch') : site('arguments', 'Write');
  const asked = ask(where, call === '' ? null : ['content']);
  const mask = { ...asked, place: () => place };
  expect(pickReach(policyWith({}), { ...mask, isKnown: true })).toBe(want);
  expect(pickReach(policyWith({}), mask)).toBe('client');
});
