// Claude Code. Sub-agents share the session's id and carry an agent id of their own; history comes back re-serialised,
// so that only ids join calls and results.
import type { OutcomeReport } from '../model/edit.ts';
import { arrayAt, stringAt } from '../model/json.ts';
import type { SettingsPlan } from '../model/settings-change.ts';
import type {
  AgentFacts,
  AgentSpec,
  Connected,
  ConnectTarget,
  SettleTarget,
} from './agent-spec.ts';
import { connectByEnvironment, hasOtherProxy } from './environment.ts';
import {
  bodyConversation,
  headerOf,
  isSchemaQuestion,
  productVersion,
  systemText,
  versionOrNull,
} from './facts.ts';
import { findSetting, hostOf, isOurs } from './own-settings.ts';

const BASE_URL = 'ANTHROPIC_BASE_URL';

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
  settle: { scope: 'repository', plan },
  readReport,
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
  const found = findSetting(target, settingsFiles(target), BASE_URL);
  if (found === null) return { ...base, notice: elsewhere(target.env) };
  const path = `${target.tempDir}/claude-settings.json`;
  const settings = { env: { [BASE_URL]: target.baseUrl('anthropic') } };
  return {
    ...base,
    args: ['--settings', path],
    files: [{ path, text: `${JSON.stringify(settings)}\n` }],
    notice: isOurs(target, found.value)
      ? null
      : `${found.file} leads Claude Code to ${hostOf(found.value)}: this run uses the connection anthropic instead`,
  };
}

/** The strongest first. */
function settingsFiles(target: ConnectTarget): readonly string[] {
  const own = target.env['CLAUDE_CONFIG_DIR'] ?? `${target.home}/.claude`;
  return [...target.projects.map((project) => `${project}/.claude`), own].flatMap((dir) => [
    `${dir}/settings.local.json`,
    `${dir}/settings.json`,
  ]);
}

/**
 * The repository's settings of this person alone. The client waits for its hooks before it sends anything: they see to it
 * that somebody listens.
 */
function plan(target: SettleTarget): SettingsPlan {
  const found = findSetting(target, settingsFiles(target), BASE_URL);
  if (found !== null)
    return {
      changes: [],
      notice: `${found.file} leads to ${hostOf(found.value)}: make that the upstream of the connection anthropic, and take it out there`,
    };
  const path = `${target.worktree}/.claude/settings.local.json`;
  const { env } = connectByEnvironment(target);
  const names = [
    BASE_URL,
    ...Object.keys(target.keys ?? {}).filter((name) => name === 'ANTHROPIC_API_KEY'),
  ];
  if (hasOtherProxy(target.env)) names.push('NO_PROXY');
  const hook = { hooks: [{ type: 'command', command: target.ensure }] };
  return {
    changes: [
      ...reporting(target, path),
      ...['SessionStart', 'UserPromptSubmit'].map(
        (event) => ({ kind: 'item', path, at: ['hooks', event], value: hook }) as const,
      ),
      ...names.map(
        (name) => ({ kind: 'member', path, at: ['env', name], value: env[name] ?? '' }) as const,
      ),
    ],
    notice: elsewhere(target.env),
  };
}

/** Those that write files; the client's name for them is a pattern. */
const WRITING = 'Bash|Edit|MultiEdit|NotebookEdit|Write';

const reporting = ({ report }: SettleTarget, path: string): SettingsPlan['changes'] =>
  report === null
    ? []
    : ['PostToolUse', 'PostToolUseFailure'].map((event) => ({
        kind: 'item',
        path,
        at: ['hooks', event],
        value: { matcher: WRITING, hooks: [{ type: 'command', command: report, timeout: 5 }] },
      }));

function readReport(report: unknown): Omit<OutcomeReport, 'agent'> | null {
  const conversation = stringAt(report, 'session_id');
  const callId = stringAt(report, 'tool_use_id');
  if (conversation === null || callId === null) return null;
  const event = stringAt(report, 'hook_event_name');
  if (event === 'PostToolUse') return { conversation, callId, outcome: 'accepted' };
  // a command that failed may have written before it did
  const hasWrittenNothing =
    event === 'PostToolUseFailure' && stringAt(report, 'tool_name') !== 'Bash';
  return hasWrittenNothing ? { conversation, callId, outcome: 'rejected' } : null;
}

function elsewhere(env: Readonly<Record<string, string>>): string | null {
  const cloud = ['CLAUDE_CODE_USE_BEDROCK', 'CLAUDE_CODE_USE_VERTEX', 'CLAUDE_CODE_USE_FOUNDRY'];
  const set = cloud.find((name) => (env[name] ?? '') !== '' && env[name] !== '0');
  return set === undefined
    ? null
    : `${set} is set: Claude Code talks to that cloud directly and is not recorded`;
}
