import { expect, test } from 'vitest';
import { isConfigured, pickConnection } from '../../../src/flow/record/pick-connection.ts';
import { DEFAULT_CONNECTIONS } from '../../../src/config/defaults.ts';
import { policyWith } from '../policy-with.ts';

const connections = {
  ...DEFAULT_CONNECTIONS,
  copilot: {
    name: 'copilot',
    protocol: 'openai',
    upstream: 'https://api.business.githubcopilot.com',
    credential: null,
    isRecorded: true,
  },
} as const;
const POLICY = { ...policyWith({}), connections };
const KEY = ['authorization', 'Bearer k'];
const LOGIN = [...KEY, 'ChatGPT-Account-ID', '1111'];

test.each([
  ['a key', 'openai', '/v1/responses', KEY, 'https://api.openai.com/v1/responses'],
  ['a key, no version', 'openai', '/responses', KEY, 'https://api.openai.com/v1/responses'],
  [
    'a ChatGPT login',
    'openai',
    '/v1/responses',
    LOGIN,
    'https://chatgpt.com/backend-api/codex/responses',
  ],
  [
    'its list of models',
    'openai',
    '/v1/models?client_version=1',
    LOGIN,
    'https://chatgpt.com/backend-api/codex/models?client_version=1',
  ],
  [
    'that header elsewhere',
    'anthropic',
    '/v1/messages',
    LOGIN,
    'https://api.anthropic.com/v1/messages',
  ],
  [
    'Copilot: no version is added',
    'copilot',
    '/chat/completions',
    KEY,
    'https://api.business.githubcopilot.com/chat/completions',
  ],
  [
    'Copilot: nor taken away',
    'copilot',
    '/v1/messages',
    KEY,
    'https://api.business.githubcopilot.com/v1/messages',
  ],
  [
    'Code Assist',
    'code-assist',
    '/v1internal:streamGenerateContent?alt=sse',
    KEY,
    'https://cloudcode-pa.googleapis.com/v1internal:streamGenerateContent?alt=sse',
  ],
])('%s', (...row) => {
  const [, connection, path, headers, want] = row;
  const knock = {
    token: 't',
    bare: null,
    connection,
    method: 'POST',
    path,
    headers,
    forward: null,
  };
  const { upstream } = pickConnection(POLICY, knock);
  expect(upstream.origin + upstream.path).toBe(want);
});

test('a connection that nobody named', () => {
  const knock = {
    token: 't',
    bare: null,
    connection: 'other',
    method: 'GET',
    path: '/',
    headers: [],
    forward: null,
  };
  expect(() => pickConnection(POLICY, knock)).toThrow('no connection named other');
});

test.each([
  ['https://api.githubcopilot.com', '/chat/completions', 'copilot'],
  ['https://api.individual.githubcopilot.com', '/responses', 'copilot'],
  ['https://api.enterprise.githubcopilot.com', '/v1/messages', 'copilot'],
  [
    'https://copilot-proxy.githubusercontent.com',
    '/v1/engines/x/completions',
    'copilot-completions',
  ],
  [
    'https://proxy.individual.githubcopilot.com',
    '/v1/engines/x/completions',
    'copilot-completions',
  ],
  ['https://telemetry.individual.githubcopilot.com', '/telemetry', '(none)'],
  ['https://api.githubcopilot.com.example', '/chat/completions', '(none)'],
])('by the forward proxy: %s%s is of the connection %s', (origin, path, want) => {
  const forward = { origin, isTunnelled: true };
  const knock = {
    token: 't',
    bare: null,
    connection: '',
    method: 'POST',
    path,
    headers: KEY,
    forward,
  };
  const policy = { ...policyWith({}), connections: DEFAULT_CONNECTIONS };
  const { connection, upstream } = pickConnection(policy, knock);
  expect(connection.name).toBe(want);
  expect(upstream).toEqual({ origin, path });
  const host = new URL(origin).hostname;
  expect(isConfigured(policy, { token: 't', host, port: 443 })).toBe(want !== '(none)');
});
