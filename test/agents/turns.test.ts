// What the newest turn of a request says: results and the person's words.
import { expect, test } from 'vitest';
import { findProse } from '../../src/agents/find-prose.ts';
import { findEdits } from '../../src/agents/find-edits.ts';
import { findOutcomes } from '../../src/agents/join-results.ts';
import { findTold, lastUserTurn } from '../../src/agents/last-user-turn.ts';
import type { Block, Message, ToolCall } from '../../src/model/wire.ts';

const text = (role: Message['role'], ...texts: readonly string[]): Message => ({
  role,
  blocks: texts.map((one) => ({ kind: 'text', text: one })),
});
const asks = (...calls: readonly ToolCall[]): Message => ({
  role: 'assistant',
  blocks: calls.map((call) => ({ kind: 'tool-call', call })),
});
const result = (callId: string | null, said: string, name: string | null = null): Block => ({
  kind: 'tool-result',
  result: { callId, name, text: said, isError: null },
});
const answers = (...blocks: readonly Block[]): Message => ({ role: 'user', blocks });

const READ: ToolCall = { id: 'r1', name: 'Read', input: { file_path: '/w/a.ts' } };

test('outcomes are found by id', () => {
  const write: ToolCall = { id: 'w1', name: 'Write', input: { file_path: 'a', content: 'x' } };
  const messages = [
    asks(write, { ...write, id: 'w2' }),
    answers(result('w2', 'The user rejected permission to use this tool'), result('w1', 'ok')),
  ];
  const found = findOutcomes('claude-code', messages);
  expect(found.map(({ callIds, outcome }) => [callIds[0], outcome])).toEqual([
    ['w2', 'rejected'],
    ['w1', 'accepted'],
  ]);
});

test('Gemini: the id is made up by the client, the emission is found by name and arguments', () => {
  const said: ToolCall = { id: null, name: 'write_file', input: { file_path: 'a', content: 'x' } };
  const [emitted] = findEdits('gemini-cli', [{ kind: 'tool-call', call: said }]);
  const echoed = {
    id: 'write_file_17_0',
    name: 'write_file',
    input: { content: 'x', file_path: 'a' },
  };
  const messages = [
    asks(echoed),
    answers(result('write_file__write_file_17_0', 'ok', 'write_file')),
  ];
  const [found] = findOutcomes('gemini-cli', messages);
  expect(found?.callIds).toContain(emitted?.callId);
  expect(found?.outcome).toBe('accepted');
});

test.each<[string, readonly Message[], string | null]>([
  ['plain', [text('user', 'fix it'), text('assistant', 'ok')], 'fix it'],
  ['under a result', [text('user', 'fix it'), asks(READ), answers(result('r1', 'x'))], 'fix it'],
  [
    'beside a reminder',
    [text('user', '<system-reminder>\nx\n</system-reminder>', 'fix it')],
    'fix it',
  ],
  ['reminder inside', [text('user', 'fix it\n<system-reminder>x</system-reminder>')], 'fix it'],
  [
    'environment alone',
    [
      text('user', 'fix it'),
      text('user', '<environment_context><cwd>/w</cwd></environment_context>'),
    ],
    'fix it',
  ],
  [
    'instructions',
    [
      text('user', '# AGENTS.md instructions for /w\n<INSTRUCTIONS>x</INSTRUCTIONS>'),
      text('user', 'fix it'),
    ],
    'fix it',
  ],
  [
    'a task',
    [text('user', '<task>\nfix it\n</task>', '<environment_details>x</environment_details>')],
    'fix it',
  ],
  ['nobody', [text('system', 'x')], null],
])('what the person said: %s', (_, messages, want) => {
  expect(lastUserTurn(messages)).toBe(want);
});

test.each<[string, readonly Message[], string | null]>([
  ['a question of one line', [text('user', 'why?')], null],
  ['code with a question', [text('user', 'why?\na();\nb();')], 'why?\na();\nb();'],
  ['two texts of one turn', [text('user', 'save this', 'a();')], 'save this\na();'],
  [
    'what an earlier turn said',
    [text('user', 'a();\nb();'), asks(READ), answers(result('r1', 'x\ny\n'))],
    null,
  ],
  ['a reminder of the client', [text('user', '<system-reminder>\na();\n</system-reminder>')], null],
  ['files sent along', [text('user', 'a();\n'.repeat(10_000))], null],
])('told to the model: %s', (_name, messages, want) => expect(findTold(messages)).toBe(want));

const PROSE =
  'The importer reads one file a night and checks each row against the ledger.\n\nThen it stops.';
test.each<[string, readonly Block[], string | null]>([
  ['an answer', [{ kind: 'text', text: PROSE }], PROSE],
  ['without its code', [{ kind: 'text', text: `${PROSE}\n\n\`\`\`ts\na();\n\`\`\`\n` }], PROSE],
  ['code that is left open', [{ kind: 'text', text: `${PROSE}\n~~~\na();\n` }], PROSE],
  ['a short one', [{ kind: 'text', text: 'Done.' }], null],
  [
    'one on the way',
    [
      { kind: 'text', text: PROSE },
      { kind: 'tool-call', call: READ },
    ],
    null,
  ],
])('said: %s', (_name, blocks, want) => expect(findProse(blocks)).toBe(want));
