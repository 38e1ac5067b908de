import { expect, test } from 'vitest';
import { joinUpstream, parseTarget, placeHere } from '../../src/proxy/target.ts';

test.each([
  ['/tok/anthropic/v1/messages?beta=true', ['tok', 'anthropic', '/v1/messages?beta=true']],
  ['/tok/openai', ['tok', 'openai', '/']],
  ['/tok/openai?x=1', ['tok', 'openai', '/?x=1']],
  ['//tok/openai/', ['tok', 'openai', '/']],
  ['/tok/openai/a%2Fb//c', ['tok', 'openai', '/a%2Fb//c']],
])('parseTarget: %s', (url, [token, connection, path]) =>
  expect(parseTarget(url)).toEqual({ token, connection, path }),
);

test.each(['/', '/tok', '/tok/', '*', 'http://x/tok/openai/', '/t k/openai/x'])(
  'parseTarget: %s is none',
  (url) => expect(parseTarget(url)).toBeNull(),
);

const A = 'https://a.example';
test.each([
  [A, 'anthropic-messages', '/v1/messages?beta=true', '/v1/messages?beta=true'],
  [A, 'anthropic-messages', '/v1/v1/messages', '/v1/messages'],
  [A, 'anthropic-messages', '/messages', '/v1/messages'],
  [A, 'anthropic-messages', '/api/hello', '/api/hello'],
  [A, 'anthropic-messages', '/', '/'],
  [A, 'openai', '/responses', '/v1/responses'],
  [A, 'openai', '/chat/completions', '/v1/chat/completions'],
  [A, 'openai', '/v1/models', '/v1/models'],
  [`${A}/v1`, 'openai', '/v1/responses', '/v1/responses'],
  [`${A}/v1`, 'openai', '/responses', '/v1/responses'],
  [`${A}/backend/codex`, 'openai', '/v1/responses', '/backend/codex/v1/responses'],
  [
    A,
    'gemini',
    '/v1beta/v1beta/models/m:streamGenerateContent?alt=sse',
    '/v1beta/models/m:streamGenerateContent?alt=sse',
  ],
  [A, 'gemini', '/models/m:generateContent', '/v1beta/models/m:generateContent'],
  [A, 'gemini', '/v1internal:streamGenerateContent', '/v1internal:streamGenerateContent'],
  [`${A}/x`, 'http', '/v1/v1/messages', '/x/v1/v1/messages'],
] as const)('joinUpstream: %s %s %s', (...[upstream, protocol, path, want]) =>
  expect(joinUpstream(upstream, protocol, path)).toEqual({ origin: A, path: want }),
);

test.each([
  [A, '/v2/uploads/1?state=x', '/tok/up/v2/uploads/1?state=x'],
  [A, `${A}/v2/uploads/1`, '/tok/up/v2/uploads/1'],
  [`${A}/api`, '/api/users#me', '/tok/up/users#me'],
  [`${A}/api`, '/elsewhere', '/elsewhere'],
  [`${A}/api`, '/apis', '/apis'],
  [A, 'https://b.example/v2', 'https://b.example/v2'],
  [A, '//b.example/v2', '//b.example/v2'],
  [A, 'relative', 'relative'],
])('placeHere: %s %s', (upstream, location, want) =>
  expect(placeHere('/tok/up', upstream, location)).toBe(want),
);
