// Claude Code. Sub-agents share the session's id and carry an agent id of their own; history comes back re-serialised,
// so that only ids join calls and results.
import { arrayAt } from '../model/json.ts';
import type { AgentFacts, AgentSpec, Connected, ConnectTarget } from './agent-spec.ts';
import { connectByEnvironment } from './environment.ts';
import {
  bodyConversation,
  headerOf,
  isSchemaQuestion,
  productVersion,
  systemText,
  versionOrNull,
} from './facts.ts';
import { findSetting, hostOf } from './own-settings.ts';

/** Session titles, topic checks, the security monitor of auto mode, summaries for the status line. */
const SIDE_PROMPT =
  /naming a coding session|security monitor|Analyze if this message indicates a new conversation topic|Summarize this coding conversation in under|extract any file paths|generate a (?:concise|short).{0,40}title/i;

export const CLAUDE_CODE: AgentSpec = {
  name: 'claude-code',
  commands: ['claude', 'claude-code'],
  recognise: (facts) => {
    const version = productVersion(facts, /\bclaude-(?:cli|code)\b/i);
    if (version !== null) return { version: versionOrNull(version) };
    return headerOf(facts, 'x-claude-code-session-id') === null ? null : { version: null };
  },
  conversation: (facts) => headerOf(facts, 'x-claude-code-session-id') ?? bodyConversation(facts),
  parent: (facts) => headerOf(facts, 'x-claude-code-parent-agent-id'),
  isSideCall,
  connect,
};

function isSideCall(facts: AgentFacts): boolean {
  if (/\/count_tokens\b/.test(facts.url) || isSchemaQuestion(facts)) return true;
  if ((facts.request?.toolNames.length ?? 0) > 0 || arrayAt(facts.body, 'tools').length > 0)
    return false;
  return SIDE_PROMPT.test(systemText(facts.request, 4000));
}

/** A settings file, a repository's included, wins over the environment; settings that are named on the way in win over it. */
function connect(target: ConnectTarget): Connected {
  const base = connectByEnvironment(target);
  const own = target.env['CLAUDE_CONFIG_DIR'] ?? `${target.home}/.claude`;
  const files = [...target.projects.map((project) => `${project}/.claude`), own].flatMap((dir) => [
    `${dir}/settings.local.json`,
    `${dir}/settings.json`,
  ]);
  const found = findSetting(target, files, 'ANTHROPIC_BASE_URL');
  if (found === null) return { ...base, notice: elsewhere(target.env) };
  const path = `${target.tempDir}/claude-settings.json`;
  const settings = { env: { ANTHROPIC_BASE_URL: target.baseUrl('anthropic') } };
  return {
    ...base,
    args: ['--settings', path],
    files: [{ path, text: `${JSON.stringify(settings)}\n` }],
    notice: `${found.file} leads Claude Code to ${hostOf(found.value)}: this run uses the connection anthropic instead`,
  };
}

function elsewhere(env: Readonly<Record<string, string>>): string | null {
  const cloud = ['CLAUDE_CODE_USE_BEDROCK', 'CLAUDE_CODE_USE_VERTEX', 'CLAUDE_CODE_USE_FOUNDRY'];
  const set = cloud.find((name) => (env[name] ?? '') !== '' && env[name] !== '0');
  return set === undefined
    ? null
    : `${set} is set: Claude Code talks to that cloud directly and is not recorded`;
}
