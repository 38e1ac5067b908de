import { expect, test } from 'vitest';
import { AGENTS } from '../../src/agents/agents.ts';
import type { ConnectTarget } from '../../src/agents/agent-spec.ts';
import { agentOfCommand, connectAgent } from '../../src/agents/connect-agent.ts';
import { environmentFor } from '../../src/agents/environment.ts';

const BASE = 'http://127.0.0.1:41100/T';
const target = (
  env: Record<string, string> = {},
  connections: readonly string[] = [],
): ConnectTarget => ({
  baseUrl: (connection) => `${BASE}/${connection}`,
  hasConnection: (connection) => connections.includes(connection),
  session: 'g1',
  tempDir: '/tmp/run',
  env,
});

test('the variables of aitrail env', () => {
  expect(environmentFor(target())).toEqual({
    AITRAIL_SESSION: 'g1',
    ANTHROPIC_BASE_URL: `${BASE}/anthropic`,
    OPENAI_BASE_URL: `${BASE}/openai/v1`,
    OPENAI_API_BASE: `${BASE}/openai/v1`,
    GOOGLE_GEMINI_BASE_URL: `${BASE}/gemini`,
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
  });
});

test.each([
  ['corp.example, 10.0.0.1', 'corp.example,10.0.0.1,127.0.0.1,localhost'],
  ['localhost', 'localhost,127.0.0.1'],
])('NO_PROXY=%s is kept and added to', (given, want) => {
  expect(environmentFor(target({ NO_PROXY: given }))['NO_PROXY']).toBe(want);
  expect(environmentFor(target({ no_proxy: given }))['no_proxy']).toBe(want);
});

test('endpoints that have a connection of their own are pointed only then', () => {
  const env = environmentFor(target({}, ['code-assist', 'copilot']));
  expect(env['CODE_ASSIST_ENDPOINT']).toBe(`${BASE}/code-assist`);
  expect(env['COPILOT_API_URL']).toBe(`${BASE}/copilot`);
});

test('Claude Code: no /v1, no arguments', () => {
  const { env, args, files, notice } = connectAgent('/usr/local/bin/claude', target());
  expect(env['ANTHROPIC_BASE_URL']).toBe(`${BASE}/anthropic`);
  expect({ args, files, notice }).toEqual({ args: [], files: [], notice: null });
});

test('Claude Code on a cloud is not recorded, and says so', () => {
  expect(connectAgent('claude', target({ CLAUDE_CODE_USE_BEDROCK: '1' })).notice).toContain(
    'BEDROCK',
  );
});

test('Codex gets an option, because it ignores the variable', () => {
  expect(connectAgent('codex', target()).args).toEqual([
    '-c',
    `openai_base_url="${BASE}/openai/v1"`,
  ]);
});

test('Gemini CLI with a key gets a settings file of its own', () => {
  const { env, files } = connectAgent('gemini', target({ GEMINI_API_KEY: 'k' }));
  expect(env['GEMINI_CLI_SYSTEM_SETTINGS_PATH']).toBe('/tmp/run/gemini-settings.json');
  expect(files.map((file) => JSON.parse(file.text))).toEqual([
    { security: { auth: { selectedType: 'gemini-api-key' } } },
  ]);
  expect(env['GEMINI_CLI_TRUST_WORKSPACE']).toBeUndefined();
});

test('Gemini CLI: an administrator’s settings and a login are left alone', () => {
  const own = { GEMINI_API_KEY: 'k', GEMINI_CLI_SYSTEM_SETTINGS_PATH: '/etc/gemini.json' };
  expect(connectAgent('gemini', target(own)).files).toEqual([]);
  const login = connectAgent('gemini', target());
  expect(login.files).toEqual([]);
  expect(login.notice).toContain('not recorded');
  expect(connectAgent('gemini', target({}, ['code-assist'])).notice).toBeNull();
});

test('OpenCode: /v1 everywhere, own settings kept', () => {
  const own = JSON.stringify({ theme: 'x', provider: { openai: { options: { timeout: 5 } } } });
  const { env } = connectAgent('opencode', target({ OPENCODE_CONFIG_CONTENT: own }));
  expect(env['ANTHROPIC_BASE_URL']).toBe(`${BASE}/anthropic/v1`);
  expect(JSON.parse(env['OPENCODE_CONFIG_CONTENT'] ?? '')).toEqual({
    theme: 'x',
    provider: {
      anthropic: { options: { baseURL: `${BASE}/anthropic/v1` } },
      openai: { options: { timeout: 5, baseURL: `${BASE}/openai/v1` } },
      google: { options: { baseURL: `${BASE}/gemini/v1beta` } },
    },
  });
  expect(connectAgent('opencode', target({ OPENCODE_CONFIG_CONTENT: '{' })).notice).toContain(
    'not JSON',
  );
});

test.each([
  [{ COPILOT_PROVIDER_BASE_URL: 'https://api.openai.com/v1' }, `${BASE}/openai/v1`],
  [
    { COPILOT_PROVIDER_BASE_URL: 'https://api.anthropic.com', COPILOT_PROVIDER_TYPE: 'anthropic' },
    `${BASE}/anthropic`,
  ],
  [{ COPILOT_PROVIDER_BASE_URL: 'https://u:p@models.example/v1?k=1' }, undefined],
])('Copilot CLI with a provider of one’s own: %o', (env, want) => {
  const connected = connectAgent('copilot', target(env));
  expect(connected.env['COPILOT_PROVIDER_BASE_URL']).toBe(want);
  expect(connected.notice ?? '').toBe(
    want === undefined ? 'COPILOT_PROVIDER_BASE_URL is models.example: not recorded' : '',
  );
});

test('any other command gets the variables', () => {
  expect(connectAgent('./my-agent', target()).env).toEqual(environmentFor(target()));
});

test.each([
  ['/opt/bin/claude', 'claude-code'],
  ['claude.exe', 'claude-code'],
  ['claude-code', 'claude-code'],
  ['gemini', 'gemini-cli'],
  ['C:\\bin\\codex.cmd', 'codex'],
  ['bash', null],
])('%s starts %s', (command, want) => expect(agentOfCommand(command)).toBe(want));

test('names and commands are unique', () => {
  const names = AGENTS.flatMap((agent) => [...new Set([agent.name, ...agent.commands])]);
  expect(new Set(names).size).toBe(names.length);
});
