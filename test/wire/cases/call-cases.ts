// S038 to S054: secrets in tool calls, whose arguments stay JSON, and in channels that take turns.
import { AWS_ID, AWS_SECRET, bodyOf, OTHER_PAT, PAT, RSA_KEY, letters } from './canaries.ts';
import { around, call, every, said, sent, tokens, type StreamCase } from './stream-case.ts';
import type { Cutter } from '../streams.ts';

const secrets = [PAT];
const escaped = (value: string): string => JSON.stringify(value).slice(1, -1);

/** A tool call whose arguments are spelled by hand. */
const spelled = (json: string): ((cut: Cutter) => readonly object[]) => {
  return (cut) => [
    {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'tool_use', id: 'toolu_1', name: 'Write', input: {} },
    },
    ...cut(json).map((partial) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'input_json_delta', partial_json: partial },
    })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_stop' },
  ];
};

const chunk = (delta: object, index = 0): object => ({
  object: 'chat.completion.chunk',
  choices: [{ index, delta, finish_reason: null }],
});
const callChunk = (json: string, index = 0): object =>
  chunk({ tool_calls: [{ index, function: { arguments: json } }] });
const spelledChat = (json: string): ((cut: Cutter) => readonly (object | string)[]) => {
  const head = { index: 0, id: 'call_1', function: { name: 'Write', arguments: '' } };
  return (cut) => [
    chunk({ tool_calls: [head] }),
    ...cut(json).map((part) => callChunk(part)),
    '[DONE]',
  ];
};

/** Two lists in turn. */
const weave = <T>(one: readonly T[], two: readonly T[]): readonly T[] =>
  Array.from({ length: Math.max(one.length, two.length) }, (_, i) => [
    ...one.slice(i, i + 1),
    ...two.slice(i, i + 1),
  ]).flat();

const twice = escaped(escaped(RSA_KEY));
const SLASHED = AWS_SECRET.replaceAll('/', String.raw`\/`);
const ODD = `Tr0"${letters('odd', 8)}\\z4k`;

const ARGUMENTS: readonly StreamCase[] = [
  said(
    ['S038', 'PEM in arguments', 'anthropic'],
    [call({ path: 'k.pem', content: `${RSA_KEY}\n` })],
    { secrets: [escaped(bodyOf(RSA_KEY))], cut: every(9) },
  ),
  sent(
    ['S039', 'PEM escaped twice', 'chat'],
    spelledChat(`{"command":"node -e \\"x='${twice}'\\""}`),
    { secrets: [escaped(escaped(bodyOf(RSA_KEY)))], cut: every(9) },
  ),
  said(['S040', 'split over fragments', 'anthropic'], [call({ a: 1, content: `t=${PAT}\n` })], {
    secrets,
    cut: every(4),
  }),
  said(['S041', 'fragments of chat', 'chat'], [call({ a: 1, content: `t=${PAT}\n` })], {
    secrets,
    cut: every(4),
  }),
  said(['S042', 'Responses: deltas and copies', 'responses'], [call({ content: `t=${PAT}\n` })], {
    secrets,
    cut: every(4),
  }),
  said(['S043', 'Gemini: arguments as an object', 'gemini'], [call({ deep: [{ content: PAT }] })], {
    secrets,
  }),
  sent(
    ['S044', 'first letter escaped, cut inside the escape', 'anthropic'],
    spelled(String.raw`{"content":"id \u0041${AWS_ID.slice(1)} end"}`),
    { secrets: [String.raw`\u0041${AWS_ID.slice(1)}`], cut: around(String.raw`\u0041`, 4) },
  ),
  sent(
    ['S045', 'escaped solidus', 'chat'],
    spelledChat(`{"content":"aws_secret_access_key = ${SLASHED}\\n"}`),
    { secrets: [SLASHED], cut: every(3) },
  ),
  sent(
    ['S046', 'right behind an escaped line feed', 'anthropic'],
    spelled(`{"content":"first\\n${PAT}\\nlast"}`),
    { secrets, cut: around(PAT, -1, 3) },
  ),
  sent(
    ['S047', 'surrogates cut apart beside a secret', 'anthropic'],
    spelled(String.raw`{"content":"\ud83d\udd11${PAT}\ud83d\udd11"}`),
    { secrets, cut: around(String.raw`\udd11`, 0, 3) },
  ),
  sent(['S048', 'as an object key; numbers stay', 'chat'], spelledChat(`{"${PAT}":1.50,"n":1e3}`), {
    secrets,
    cut: every(3),
  }),
  sent(
    ['S049', 'a password with quote and backslash', 'anthropic'],
    spelled(`{"content":${JSON.stringify(`DB_PASSWORD='${ODD}'\n`)}}`),
    { secrets: [escaped(ODD)], cut: every(3) },
  ),
];

const blockDelta = (index: number) => (part: string) => ({
  type: 'content_block_delta',
  index,
  delta: { type: 'text_delta', text: part },
});

const TURNS: readonly StreamCase[] = [
  sent(
    ['S050', 'parallel calls in turn', 'chat'],
    (cut) => [
      ...weave(
        cut(`{"a":"x ${PAT} y"}`).map((part) => callChunk(part, 0)),
        cut(`{"b":"z ${OTHER_PAT}"}`).map((part) => callChunk(part, 1)),
      ),
      '[DONE]',
    ],
    { secrets: [PAT, OTHER_PAT], cut: every(5) },
  ),
  sent(
    ['S051', 'two choices in turn', 'chat'],
    (cut) => [
      ...weave(
        cut(`one ${PAT} is`).map((content) => chunk({ content }, 0)),
        cut(`two ${OTHER_PAT} is`).map((content) => chunk({ content }, 1)),
      ),
      '[DONE]',
    ],
    { secrets: [PAT, OTHER_PAT], cut: every(5) },
  ),
  sent(
    ['S052', 'content blocks in turn', 'anthropic'],
    (cut) => {
      const start = { type: 'content_block_start', content_block: { type: 'text', text: '' } };
      return [
        { ...start, index: 0 },
        { ...start, index: 1 },
        ...weave(
          cut(`one ${PAT} is`).map(blockDelta(0)),
          cut(`two ${OTHER_PAT} is`).map(blockDelta(1)),
        ),
        { type: 'content_block_stop', index: 0 },
        { type: 'content_block_stop', index: 1 },
        { type: 'message_stop' },
      ];
    },
    { secrets: [PAT, OTHER_PAT], cut: every(5) },
  ),
  sent(
    ['S053', 'free-form input', 'responses'],
    (cut) => {
      const input = `*** Begin Patch\n+T=${PAT}\n*** End Patch`;
      const item = { id: 'ctc_1', type: 'custom_tool_call', call_id: 'c', name: 'apply_patch' };
      const at = { item_id: 'ctc_1', output_index: 0 };
      return [
        { type: 'response.output_item.added', output_index: 0, item: { ...item, input: '' } },
        ...cut(input).map((delta) => ({
          type: 'response.custom_tool_call_input.delta',
          ...at,
          delta,
        })),
        { type: 'response.custom_tool_call_input.done', ...at, input },
        { type: 'response.output_item.done', output_index: 0, item: { ...item, input } },
        { type: 'response.completed', response: { id: 'r', output: [{ ...item, input }] } },
      ];
    },
    { secrets, cut: tokens },
  ),
  sent(
    ['S054', 'arguments that max_tokens cut short', 'anthropic'],
    (cut) => [
      ...spelled(`{"content":"a ${PAT}\\nand then`)(cut).slice(0, -1),
      { type: 'message_delta', delta: { stop_reason: 'max_tokens' } },
      { type: 'message_stop' },
    ],
    { secrets, cut: every(4) },
  ),
];

export const CALL_CASES: readonly StreamCase[] = [...ARGUMENTS, ...TURNS];
