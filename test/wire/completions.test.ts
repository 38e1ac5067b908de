// Text completions: the text of each choice is code, masked like any other, and words of ours never stand in its place.
import { expect, test } from 'vitest';
import { openAiCompletions } from '../../src/wire/openai-completions.ts';
import { makeOwnReply } from '../../src/wire/own-replies.ts';
import { openReplyStream, type ReplyOptions } from '../../src/wire/reply-stream.ts';
import { CANARY, MASKED, openCanaryMask } from './canary-mask.ts';

const chunk = (choices: readonly object[], more: object = {}): string =>
  `data: ${JSON.stringify({ id: 'cmpl-1', model: 'gpt-x', choices, ...more })}\n\n`;
const piece = (text: string, index = 0, finish: string | null = null): string =>
  chunk([{ index, text, finish_reason: finish, logprobs: null }]);

function run(body: string, more: Partial<ReplyOptions> = {}, isCut = false) {
  const stream = openReplyStream({
    format: openAiCompletions,
    kind: 'sse',
    openMask: openCanaryMask,
    reaches: () => 'client',
    clock: () => 0,
    gate: null,
    ...more,
  });
  // one byte at a time: what is cut anywhere must come out the same
  const sent = [...Buffer.from(body)].flatMap((byte) => stream.push(Uint8Array.of(byte)));
  const pieces = [...sent, ...stream.end(isCut)];
  const client = Buffer.concat(pieces.map((one) => one.client)).toString();
  return { client, reading: stream.reading() };
}

const DONE = 'data: [DONE]\n\n';

test('two choices, each put together from its pieces', () => {
  const usage = { usage: { prompt_tokens: 3, completion_tokens: 4 } };
  const sent = [
    piece('const a'),
    piece('let b', 1),
    piece(' = 1;', 0, 'stop'),
    piece(' = 2;', 1, 'length'),
    chunk([], usage),
    DONE,
  ].join('');
  const { client, reading } = run(sent);
  expect(client).toBe(sent);
  expect(reading).toMatchObject({
    model: 'gpt-x',
    stopReason: 'stop',
    isComplete: true,
    usage: { inputTokens: 3, outputTokens: 4 },
    blocks: [
      { kind: 'text', text: 'const a = 1;', isCode: true },
      { kind: 'text', text: 'let b = 2;', isCode: true },
    ],
  });
});

test('what an editor had when it hung up is there, and said to be cut', () => {
  const { reading } = run(piece('const a'), {}, true);
  expect(reading).toMatchObject({ isComplete: false, blocks: [{ text: 'const a' }] });
});

test.each([
  ['its own shape', [piece(`x = "${CANARY.slice(0, 9)}`), piece(`${CANARY.slice(9)}"`, 0, 'stop')]],
  [
    "a chat's shape",
    [
      chunk([{ index: 0, delta: { content: `x = "${CANARY.slice(0, 9)}` } }]),
      chunk([{ index: 0, delta: { content: `${CANARY.slice(9)}"` }, finish_reason: 'stop' }]),
    ],
  ],
])('a secret in %s does not reach the editor', (_shape, chunks) => {
  const { client, reading } = run([...chunks, DONE].join(''));
  expect(client).not.toContain(CANARY.slice(9));
  expect(reading?.blocks).toEqual([{ kind: 'text', text: `x = "${MASKED}"`, isCode: true }]);
});

test('a document is read like a stream', () => {
  const body = { model: 'm', choices: [{ index: 0, text: 'a();', finish_reason: 'stop' }] };
  expect(openAiCompletions.parseReply(body)).toMatchObject({
    isComplete: true,
    blocks: [{ text: 'a();', isCode: true }],
  });
  expect(openAiCompletions.bodySites(body)).toMatchObject([{ path: ['choices', 0, 'text'] }]);
});

test('what surrounds the cursor is the request', () => {
  const request = openAiCompletions.parseRequest(
    { model: 'm', prompt: 'before', suffix: 'behind', stream: true },
    '/v1/completions',
  );
  const blocks = ['before', 'behind'].map((text) => ({ kind: 'text', text }));
  expect(request).toMatchObject({ isStream: true, messages: [{ role: 'user', blocks }] });
  expect(openAiCompletions.parseRequest({ prompt: [1, 2] }, '').messages).toEqual([]);
});

const judge = (): string => 'a rule forbids it';

test('a refused completion is an empty one', () => {
  const gate = { watch: { hasCalls: false, hasTexts: true }, judge };
  const { client } = run([piece('rm -'), piece('rf', 0, 'stop'), DONE].join(''), { gate });
  expect(client).toBe([piece(''), piece('', 0, 'stop'), DONE].join(''));
});

test.each([true, false])(
  'a request that is refused gets nothing to type (stream: %s)',
  (isStream) => {
    const path = '/v1/completions';
    const asked = { words: 'a rule forbids it', model: 'm', isStream, path };
    const { body } = makeOwnReply('openai-completions', asked);
    expect(body).not.toContain('forbids');
    const { reading } = isStream
      ? run(body)
      : { reading: openAiCompletions.parseReply(JSON.parse(body)) };
    expect(reading).toMatchObject({ isComplete: true, blocks: [] });
  },
);
