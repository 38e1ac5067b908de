// Every client that is known by name, in order of precedence: the first that recognises a request has it.
import { type AgentSpec, PATIENCE_MS } from './agent-spec.ts';
import { AIDER } from './aider.ts';
import { CLAUDE_CODE } from './claude-code.ts';
import { CLINE } from './cline.ts';
import { CODEX } from './codex.ts';
import { COPILOT_CLI } from './copilot-cli.ts';
import { COPILOT_EDITOR } from './copilot-editor.ts';
import { EDITOR } from './editors.ts';
import { GEMINI_CLI } from './gemini-cli.ts';
import { OPENCODE } from './opencode.ts';
import { PI } from './pi.ts';
import { QWEN_CODE } from './qwen-code.ts';

export const AGENTS: readonly AgentSpec[] = [
  // by their system prompt: some send another client's user agent
  PI,
  AIDER,
  CLINE,
  // by their user agent alone: clients that speak another's protocol may send its headers too
  GEMINI_CLI,
  QWEN_CODE,
  OPENCODE,
  COPILOT_CLI,
  COPILOT_EDITOR,
  CLAUDE_CODE,
  CODEX,
  EDITOR,
];

export const findAgent = (name: string | null): AgentSpec | null =>
  AGENTS.find((agent) => agent.name === name) ?? null;

/** How long a reply may be silent, by the client's name. */
export const patienceMs = (name: string | null): number =>
  findAgent(name)?.patienceMs ?? PATIENCE_MS;

/** The client that a command starts: `/usr/bin/claude` → claude-code. `name` may also be the client's own. */
export function findAgentByCommand(command: string): AgentSpec | null {
  const base = command.replace(/^.*[/\\]/, '').replace(/\.(?:exe|cmd|ps1|[cm]?js)$/i, '');
  return AGENTS.find((agent) => agent.name === base || agent.commands.includes(base)) ?? null;
}
