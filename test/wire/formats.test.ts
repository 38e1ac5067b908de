import { expect, test } from 'vitest';
import type { Protocol } from '../../src/model/wire.ts';
import { errorFormat, pickFormat } from '../../src/wire/formats.ts';

const TABLE: readonly (readonly [Protocol, string, string, string | null])[] = [
  ['anthropic-messages', 'POST', '/v1/messages', 'anthropic-messages'],
  ['anthropic-messages', 'POST', '/v1/messages?beta=true', 'anthropic-messages'],
  ['anthropic-messages', 'POST', '/messages', 'anthropic-messages'],
  ['anthropic-messages', 'POST', '/v1/messages/count_tokens', null],
  ['anthropic-messages', 'HEAD', '/api/hello', null],
  ['anthropic-messages', 'GET', '/v1/models', null],
  ['openai', 'POST', '/v1/responses', 'openai-responses'],
  ['openai', 'POST', '/responses', 'openai-responses'],
  ['openai', 'POST', '/backend-api/codex/responses', 'openai-responses'],
  ['openai', 'GET', '/v1/responses/resp_1', null],
  ['openai', 'POST', '/v1/chat/completions', 'openai-chat'],
  ['openai', 'POST', '/chat/completions/', 'openai-chat'],
  ['openai', 'POST', '/v1/completions', 'openai-completions'],
  ['openai', 'POST', '/v1/engines/gpt-41-copilot/completions', 'openai-completions'],
  ['openai', 'POST', '/v1/fim/completions', 'openai-completions'],
  ['openai', 'POST', '/v1/embeddings', null],
  ['gemini', 'POST', '/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse', 'gemini'],
  ['gemini', 'POST', '/v1beta/models/gemini-3-pro:generateContent', 'gemini'],
  ['gemini', 'POST', '/models/gemini-3-pro:generateContent', 'gemini'],
  ['gemini', 'POST', '/v1internal:streamGenerateContent?alt=sse', 'gemini'],
  ['gemini', 'POST', '/v1beta/models/gemini-3-pro:countTokens', null],
  ['gemini', 'POST', '/v1internal:loadCodeAssist', null],
  ['gemini', 'POST', '/v1beta/openai/chat/completions', 'openai-chat'],
  ['http', 'POST', '/v1/messages', null],
];

test.each(TABLE)('%s %s %s', (...[protocol, method, path, want]) => {
  expect(pickFormat(protocol, method, path)?.name ?? null).toBe(want);
});

const ERROR = { status: 503, message: 'the store is full', code: 'STORE_FULL' };

test.each([
  ['anthropic-messages', ['error', 'type'], 'api_error'],
  ['openai', ['error', 'code'], 'store_full'],
  ['gemini', ['error', 'status'], 'UNAVAILABLE'],
] as const)(
  '%s: an error of ours is in the shape of the provider and read as an error',
  (protocol, path, want) => {
    const format = errorFormat(protocol);
    const body: unknown = JSON.parse(format.errorBody(ERROR));
    expect(body).toHaveProperty([...path], want);
    expect(format.parseReply(body)).toMatchObject({
      isComplete: false,
      error: 'aitrail: the store is full (STORE_FULL)',
    });
    expect(format.errorEvent(ERROR)).toMatch(/^(event: [\w.]+\n)?data: \{.*\}\r?\n\r?\n$/);
  },
);
