import { expect, test } from 'vitest';
import { AGENTS } from '../../src/agents/agents.ts';
import type { ConnectTarget } from '../../src/agents/agent-spec.ts';
import { agentOfCommand, connectAgent } from '../../src/agents/connect-agent.ts';
import { environmentFor } from '../../src/agents/environment.ts';

const BASE = 'http://127.0.0.1:41100/T';
const target = (
  env: Record<string, string> = {},
  connections: readonly string[] = [],
  files: Readonly<Record<string, string>> = {},
): ConnectTarget => ({
  baseUrl: (connection) => `${BASE}/${connection}`,
  hasConnection: (connection) => connections.includes(connection),
  session: 'g1',
  tempDir: '/tmp/run',
  keepDir: '/state/clients',
  home: '/home/ada',
  projects: ['/work/app'],
  read: (path) => files[path] ?? null,
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

const choosing = (type: string): string =>
  `{\n  // "selectedType": "other"\n  "security": { "auth": { "selectedType": "${type}" } }\n}`;

test('Gemini CLI with a key and no settings gets a home of ours, with what the person wrote linked', () => {
  const user = { '/home/ada/.gemini/settings.json': '{"ui":{"theme":"GitHub"}}' };
  const { env, files, links } = connectAgent('gemini', target({ GEMINI_API_KEY: 'k' }, [], user));
  expect(env['GEMINI_CLI_HOME']).toBe('/state/clients/gemini-cli');
  expect(files.map((file) => [file.path, JSON.parse(file.text)])).toEqual([
    [
      '/state/clients/gemini-cli/.gemini/settings.json',
      { ui: { theme: 'GitHub' }, security: { auth: { selectedType: 'gemini-api-key' } } },
    ],
  ]);
  expect(links).toContainEqual({
    path: '/state/clients/gemini-cli/.gemini/GEMINI.md',
    to: '/home/ada/.gemini/GEMINI.md',
  });
  expect(env['GEMINI_CLI_TRUST_WORKSPACE']).toBeUndefined();
});

test.each([
  ['the user', '/home/ada/.gemini/settings.json', {}],
  ['the repository', '/work/app/.gemini/settings.json', {}],
  ['an administrator', '/etc/g.json', { GEMINI_CLI_SYSTEM_SETTINGS_PATH: '/etc/g.json' }],
])('Gemini CLI: where %s has chosen, nothing is written', (_who, path, env) => {
  const keyed = { GEMINI_API_KEY: 'k', ...env };
  const key = connectAgent('gemini', target(keyed, [], { [path]: choosing('gemini-api-key') }));
  expect([key.files, key.notice, key.env['GEMINI_CLI_HOME']]).toEqual([[], null, undefined]);
  const login = connectAgent('gemini', target(keyed, [], { [path]: choosing('oauth-personal') }));
  expect(login.files).toEqual([]);
  expect(login.notice).toContain('not recorded');
});

test('Gemini CLI: a login is recorded where there is a connection for it', () => {
  expect(connectAgent('gemini', target()).notice).toContain('not recorded');
  expect(connectAgent('gemini', target({}, ['code-assist'])).notice).toBeNull();
});

test.each([
  ['the repository', '/work/app/.claude/settings.json'],
  ['the person, in the repository', '/work/app/.claude/settings.local.json'],
  ['the person', '/home/ada/.claude/settings.json'],
])('Claude Code: a base URL that %s sets is set over, and said', (_who, path) => {
  const text = '{ "env": { "ANTHROPIC_BASE_URL": "https://me:pw@gateway.example/x?key=1" } }';
  const { args, files, notice } = connectAgent('claude', target({}, [], { [path]: text }));
  expect(args).toEqual(['--settings', '/tmp/run/claude-settings.json']);
  expect(files.map((file) => JSON.parse(file.text))).toEqual([
    { env: { ANTHROPIC_BASE_URL: `${BASE}/anthropic` } },
  ]);
  expect(notice).toContain(`${path} leads Claude Code to gateway.example:`);
});

test('Codex with a provider of the person’s own is not recorded, and says so', () => {
  const config = { '/home/ada/.codex/config.toml': 'model = "m"\nmodel_provider = "corp"\n' };
  expect(connectAgent('codex', target({}, [], config)).notice).toContain('corp');
  const other = { '/home/ada/.codex/config.toml': '# model_provider = "corp"\n' };
  expect(connectAgent('codex', target({}, [], other)).notice).toBeNull();
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
