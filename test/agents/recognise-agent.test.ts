import { expect, test } from 'vitest';
import { recogniseAgent, type AgentFacts } from '../../src/agents/recognise-agent.ts';
import type { Message, WireRequest } from '../../src/model/wire.ts';

const say = (role: Message['role'], text: string): Message => ({
  role,
  blocks: [{ kind: 'text', text }],
});
const request = (system: string, toolNames: readonly string[] = ['Write']): WireRequest => ({
  model: 'm',
  isStream: true,
  messages: [say('system', system), say('user', 'hi')],
  toolNames,
});
const facts = (headers: Record<string, string>, more: Partial<AgentFacts> = {}): AgentFacts => ({
  headers,
  url: '/v1/messages',
  request: request(''),
  body: {},
  ...more,
});

const TURN = JSON.stringify({
  workspaces: { '/w/app': { has_changes: false } },
  thread_source: 'user',
  request_kind: 'turn',
});

test.each([
  {
    title: 'Claude Code',
    facts: facts({
      'user-agent': 'claude-cli/2.1.329 (external, cli)',
      'x-claude-code-session-id': 's1',
    }),
    want: { agent: 'claude-code', version: '2.1.329', conversation: 's1', isSideCall: false },
  },
  {
    title: 'Claude Code by its body',
    facts: facts(
      { 'user-agent': 'claude-cli/2.1.197 (external, sdk-cli)' },
      { body: { metadata: { user_id: '{"device_id":"d","account_uuid":"","session_id":"s2"}' } } },
    ),
    want: { agent: 'claude-code', conversation: 's2' },
  },
  {
    title: 'Claude Code of last year',
    facts: facts(
      { 'user-agent': 'claude-cli/1.0.1 (external, cli)' },
      { body: { metadata: { user_id: 'user_ab_account__session_0f-1' } } },
    ),
    want: { conversation: '0f-1' },
  },
  {
    title: 'a sub-agent of Claude Code',
    facts: facts({
      'user-agent': 'claude-cli/2.1.329 (external, cli)',
      'x-claude-code-session-id': 's1',
      'x-claude-code-parent-agent-id': 'p1',
    }),
    want: { conversation: 's1', parent: 'p1' },
  },
  {
    title: 'the title of a session',
    facts: facts(
      { 'user-agent': 'claude-cli/2.1.329 (external, cli)' },
      { request: request('You are naming a coding session', []) },
    ),
    want: { isSideCall: true },
  },
  {
    title: 'the classifier of auto mode',
    facts: facts(
      { 'user-agent': 'claude-cli/2.1.329 (external, cli)' },
      { request: request('You are a security monitor', []) },
    ),
    want: { isSideCall: true },
  },
  {
    title: "Copilot's chat in an editor",
    facts: facts({
      'user-agent': 'GitHubCopilotChat/0.36.2',
      'editor-version': 'vscode/1.108.2',
      'copilot-integration-id': 'vscode-chat',
      'x-initiator': 'user',
      'x-interaction-type': 'conversation-panel',
      'vscode-sessionid': 'v1',
    }),
    want: { agent: 'copilot-editor', version: '0.36.2', conversation: 'v1', isSideCall: false },
  },
  {
    title: "Copilot's completions in another editor",
    facts: facts({
      'user-agent': 'undici',
      'editor-version': 'JetBrains-IU/252.1',
      'editor-plugin-version': 'copilot-intellij/1.5.60',
      'openai-intent': 'copilot-ghost',
    }),
    want: { agent: 'copilot-editor', version: '1.5.60' },
  },
  {
    title: "the title of Copilot's chat",
    facts: facts(
      { 'user-agent': 'GitHubCopilotChat/0.36.2', 'copilot-integration-id': 'vscode-chat' },
      { request: request('You are an expert in crafting pithy titles for chat', []) },
    ),
    want: { agent: 'copilot-editor', isSideCall: true },
  },
  {
    title: 'Codex',
    facts: facts({
      'user-agent': 'codex_cli_rs/0.169.0 (Debian 12.0.0; x86_64) xterm',
      originator: 'codex_cli_rs',
      'session-id': 's1',
      'thread-id': 's1',
      'x-codex-turn-metadata': TURN,
    }),
    want: {
      agent: 'codex',
      version: '0.169.0',
      conversation: 's1',
      parent: null,
      isSideCall: false,
      directory: '/w/app',
    },
  },
  {
    title: 'a sub-agent of Codex',
    facts: facts({
      'user-agent': 'codex_exec/0.169.0',
      'session-id': 's1',
      'thread-id': 't2',
      'x-codex-parent-thread-id': 's1',
    }),
    want: { agent: 'codex', conversation: 't2', parent: 's1' },
  },
  {
    title: 'Codex without ids in headers',
    facts: facts({ originator: 'codex_cli_rs' }, { body: { prompt_cache_key: 'k1' } }),
    want: { agent: 'codex', version: null, conversation: 'k1' },
  },
  {
    title: 'a request on a socket of Codex that was opened to warm up',
    facts: facts(
      { originator: 'codex_exec', 'x-codex-turn-metadata': '{"request_kind":"prewarm"}' },
      { body: { client_metadata: { 'x-codex-turn-metadata': TURN } } },
    ),
    want: { isSideCall: false, directory: '/w/app' },
  },
  {
    title: 'what warms a socket of Codex up',
    facts: facts({ originator: 'codex_exec' }, { body: { generate: false } }),
    want: { isSideCall: true },
  },
  {
    title: 'the title of a Codex thread',
    facts: facts({
      originator: 'codex-tui',
      'x-codex-turn-metadata': '{"thread_source":"thread_title"}',
    }),
    want: { isSideCall: true },
  },
  {
    title: 'Gemini CLI',
    facts: facts({ 'user-agent': 'GeminiCLI/0.61.0/gemini-2.5-pro (linux; x64)' }),
    want: { agent: 'gemini-cli', version: '0.61.0', conversation: null },
  },
  {
    title: 'Gemini CLI with a login',
    facts: facts({ 'user-agent': 'GeminiCLI/0.61.0' }, { body: { request: { session_id: 's' } } }),
    want: { conversation: 's' },
  },
  {
    title: 'the router of Gemini CLI',
    facts: facts(
      { 'user-agent': 'GeminiCLI/0.61.0' },
      { request: request('', []), body: { generationConfig: { responseJsonSchema: {} } } },
    ),
    want: { isSideCall: true },
  },
  {
    title: 'OpenCode',
    facts: facts({
      'user-agent': 'opencode/1.18.33 ai-sdk/anthropic/2.0.1',
      'x-session-id': 'ses_1',
      'x-parent-session-id': 'ses_0',
    }),
    want: { agent: 'opencode', version: '1.18.33', conversation: 'ses_1', parent: 'ses_0' },
  },
  {
    title: 'the title of OpenCode',
    facts: facts(
      { 'user-agent': 'opencode/1.18.33' },
      { request: request('You are a title generator. You output ONLY a thread title.', []) },
    ),
    want: { isSideCall: true },
  },
  {
    title: 'Copilot CLI',
    facts: facts({
      'copilot-integration-id': 'copilot-developer-cli',
      'x-client-session-id': 'c1',
      'x-parent-agent-id': 'p',
    }),
    want: { agent: 'copilot-cli', conversation: 'c1', parent: 'p' },
  },
  {
    title: 'Copilot CLI with a provider of one’s own',
    facts: facts({ 'x-initiator': 'user', 'x-interaction-type': 'conversation-user' }),
    want: { agent: 'copilot-cli', conversation: null },
  },
  {
    title: 'an editor’s Copilot',
    facts: facts({
      'user-agent': 'GitHubCopilotChat/0.31.0',
      'copilot-integration-id': 'vscode-chat',
      'x-initiator': 'user',
      'x-interaction-type': 'conversation-agent',
    }),
    want: { agent: 'copilot-editor', version: '0.31.0' },
  },
  {
    title: 'Aider',
    facts: facts(
      { 'user-agent': 'OpenAI/Python 1.99.1' },
      {
        request: request(
          'Act as an expert software developer.\nAll changes use *SEARCH/REPLACE block*',
          [],
        ),
      },
    ),
    want: { agent: 'aider', version: null },
  },
  {
    title: 'Cline',
    facts: facts(
      { 'user-agent': 'OpenAI/JS 5' },
      { request: request('You are Cline, a skilled engineer') },
    ),
    want: { agent: 'cline' },
  },
  {
    title: 'Qwen Code',
    facts: facts({ 'user-agent': 'QwenCode/0.24.4 (linux; x64)' }),
    want: { agent: 'qwen-code', version: '0.24.4' },
  },
  {
    title: 'pi under another client’s name',
    facts: facts(
      { 'user-agent': 'claude-cli/2.1.2 (external, cli)' },
      {
        request: request(
          'You are an expert coding assistant operating inside pi, a coding agent harness.',
        ),
      },
    ),
    want: { agent: 'pi' },
  },
  {
    title: 'an unknown program',
    facts: facts({ 'user-agent': 'OpenAI/JS 6.2.0', 'x-session-id': 'x1' }),
    want: { agent: 'OpenAI', version: '6.2.0', conversation: 'x1', isSideCall: false },
  },
  {
    title: 'curl',
    facts: facts({ 'user-agent': 'curl/8.5.0' }),
    want: { agent: 'curl', version: '8.5.0' },
  },
  {
    title: 'nobody',
    facts: facts({}, { request: null, body: undefined }),
    want: { agent: null, version: null, conversation: null, parent: null, directory: null },
  },
])('$title', ({ facts: given, want }) => {
  expect(recogniseAgent(given)).toMatchObject(want);
});

test.each([
  [
    'Claude Code',
    '# Environment\n - Primary working directory: /w/app\n - Is a git repository: true',
    '/w/app',
  ],
  [
    'older Claude Code',
    '<env>\nWorking directory: /w/app\nIs directory a git repo: Yes\n</env>',
    '/w/app',
  ],
  ['Codex', '<environment_context>\n  <cwd>/w/app</cwd>\n</environment_context>', '/w/app'],
  ['Gemini CLI', '- **Workspace Directories:**\n  - /w/my app\n- tree', '/w/my app'],
  [
    'OpenCode',
    '<env>\n  Working directory: /w/app\n  Workspace root folder: /w/app\n</env>',
    '/w/app',
  ],
  ['Copilot CLI', '* Current working directory: /w/app\n* Git repository root: /w', '/w/app'],
  ['pi', 'Current working directory: /w/app', '/w/app'],
  ['Windows', 'Working directory: C:\\work\\app\nPlatform: win32', 'C:\\work\\app'],
  ['in a sentence', 'You are a coding agent working in /w/app. Keep changes small.', '/w/app'],
  ['not said', 'You are working in teams. See the working directory', null],
])('where it works, %s', (_, system, want) => {
  const given = facts({}, { request: request(system) });
  expect(recogniseAgent(given).directory).toBe(want);
});
