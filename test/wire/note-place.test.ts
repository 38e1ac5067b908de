// Where a note to the model goes, in every format, and that a conversation which grows keeps it there.
import { describe, expect, test } from 'vitest';
import { editJson } from '../../src/wire/json-spans.ts';
import { findNotePlace } from '../../src/wire/note-place.ts';

const WORD = 'AITRAIL_github_pat_0a1b2c3d';
const find = (json: unknown): string | null =>
  JSON.stringify(json)?.match(/AITRAIL_\w+/)?.[0] ?? null;

const user = (content: unknown) => ({ role: 'user', content });
const assistant = (content: unknown) => ({ role: 'assistant', content });
const result = (content: unknown) => ({ type: 'tool_result', tool_use_id: 'toolu_1', content });

/** Name, request, where the note goes. */
const CASES: readonly (readonly [string, object, readonly (string | number)[] | null])[] = [
  ['no placeholder', { messages: [user('hello')] }, null],
  [
    'what a person says',
    { messages: [user('hello'), user(`use ${WORD}`)] },
    ['messages', 1, 'content'],
  ],
  [
    'a result, not the words before it',
    { messages: [user([{ type: 'text', text: 'so' }, result(`key = ${WORD}`)])] },
    ['messages', 0, 'content', 1, 'content'],
  ],
  [
    'blocks in a result',
    { messages: [user([result([{ type: 'image' }, { type: 'text', text: WORD }])])] },
    ['messages', 0, 'content', 0, 'content', 1, 'text'],
  ],
  [
    'what the model wrote: the next text',
    {
      messages: [
        user('write'),
        assistant([{ type: 'tool_use', id: 'toolu_1', name: 'Write', input: { content: WORD } }]),
        user([result('written')]),
      ],
    },
    ['messages', 2, 'content', 0, 'content'],
  ],
  [
    'instructions: the first text',
    { system: [{ type: 'text', text: WORD }], messages: [user('hello')] },
    ['messages', 0, 'content'],
  ],
  ['nothing follows', { messages: [user('hello'), assistant(WORD)] }, null],
  [
    'a tool message of a chat',
    {
      messages: [
        { role: 'system', content: 'be' },
        { role: 'developer', content: WORD },
        assistant(null),
        { role: 'tool', tool_call_id: 'call_1', content: 'out' },
      ],
    },
    ['messages', 3, 'content'],
  ],
  ['a prompt alone', { input: `use ${WORD}` }, ['input']],
  [
    'items of a response',
    {
      instructions: 'be',
      input: [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hello' }] },
        { type: 'function_call', name: 'shell', arguments: `{"c":"${WORD}"}`, call_id: 'call_1' },
        {
          type: 'reasoning',
          encrypted_content: 'x',
          summary: [{ type: 'summary_text', text: 'x' }],
        },
        { type: 'computer_call_output', output: { type: 'computer_screenshot' } },
        { type: 'custom_tool_call_output', call_id: 'call_1', output: 'done' },
      ],
    },
    ['input', 4, 'output'],
  ],
  [
    'a list of texts as output',
    {
      input: [
        {
          type: 'function_call_output',
          output: [
            { type: 'input_image', image_url: 'x' },
            { type: 'input_text', text: WORD },
          ],
        },
      ],
    },
    ['input', 0, 'output', 1, 'text'],
  ],
  [
    'contents of Gemini',
    {
      contents: [
        { role: 'user', parts: [{ text: 'hello' }] },
        { role: 'model', parts: [{ functionCall: { name: 'read_file', args: {} } }] },
        {
          role: 'user',
          parts: [{ functionResponse: { name: 'read_file', response: { output: WORD } } }],
        },
      ],
    },
    ['contents', 2, 'parts', 0, 'functionResponse', 'response', 'output'],
  ],
  [
    'Gemini behind Code Assist',
    { request: { contents: [{ role: 'user', parts: [{ text: WORD }] }] } },
    ['request', 'contents', 0, 'parts', 0, 'text'],
  ],
];

test.each(CASES)('%s', (_, request, path) => {
  expect(findNotePlace(request, find)?.path ?? null).toEqual(path);
});

const noted = (request: object): string => {
  const place = findNotePlace(request, find);
  if (place === null) throw new Error('no place');
  const { path, text } = place;
  const edits = [{ start: text.length, end: text.length, replacement: ` [${place.found}]` }];
  return editJson(JSON.stringify(request), [{ path, edits, value: null }]);
};

describe('a conversation that grows', () => {
  test.each(CASES.filter(([, , path]) => path !== null))('keeps its bytes: %s', (_, request) => {
    const list = ['messages', 'contents', 'input'].find((name) =>
      Array.isArray(Object(request)[name]),
    );
    if (list === undefined) return; // one text alone, or wrapped: nothing is added to the list
    const before = Object(request)[list];
    const other = `${WORD.slice(0, -1)}e`;
    const grown = { ...request, [list]: [...before, assistant('ok'), user(`and ${other}`)] };
    expect(noted(grown).startsWith(noted(request).slice(0, -2))).toBe(true);
    expect(noted(grown).split(` [${WORD}]`)).toHaveLength(2);
  });
});
