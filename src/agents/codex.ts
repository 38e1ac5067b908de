// Codex CLI. The environment's base URL is ignored, an option on the command line is not. Code comes in three shapes,
// chosen by the model: a V4A patch, a shell command that holds one, or a JavaScript program that calls both.
import type { Edit } from '../model/edit.ts';
import { objectAt, parseJson, stringAt } from '../model/json.ts';
import type { ToolCall } from '../model/wire.ts';
import { runInlineScript } from '../extract/inline-scripts.ts';
import { findShellWrites } from '../extract/shell-writes.ts';
import { holdsApplyPatch, parseApplyPatch } from '../extract/apply-patch.ts';
import type { SettingsPlan } from '../model/settings-change.ts';
import type {
  AgentFacts,
  AgentSpec,
  Connected,
  ConnectTarget,
  SettleTarget,
} from './agent-spec.ts';
import { connectByEnvironment } from './environment.ts';
import { bodyConversation, headerOf, productVersion, versionOrNull } from './facts.ts';
import { findSetting } from './own-settings.ts';

export const CODEX: AgentSpec = {
  name: 'codex',
  commands: ['codex'],
  recognise: (facts) => {
    const version = productVersion(facts, /\bcodex[\w-]*(?=\/|$|\s)/i);
    if (version !== null) return { version: versionOrNull(version) };
    return /^codex/i.test(headerOf(facts, 'originator') ?? '') ? { version: null } : null;
  },
  // a sub-agent has a thread of its own in its parent's session
  conversation: (facts) =>
    headerOf(facts, 'thread-id', 'conversation_id', 'session-id', 'session_id') ??
    bodyConversation(facts),
  parent: (facts) => headerOf(facts, 'x-codex-parent-thread-id') ?? sessionAbove(facts),
  // a socket is opened by the first request, one that only warms up: what its handshake says holds for none of the others
  isSideCall: (facts) =>
    objectAt({ body: facts.body }, 'body')['generate'] === false ||
    stringAt(turnMetadata(facts), 'thread_source') === 'thread_title',
  connect,
  settle: { scope: 'user', plan },
  readCall,
  innerCommands,
};

function connect(target: ConnectTarget): Connected {
  const config = `${homeOf(target)}/config.toml`;
  const provider = findSetting(target, [config], 'model_provider')?.value ?? 'openai';
  return {
    ...connectByEnvironment(target),
    // a TOML string; with -c the terminal program runs in its own process and obeys (no daemon of an older environment)
    args: ['-c', `openai_base_url="${target.baseUrl('openai')}/v1"`],
    notice:
      provider === 'openai'
        ? null
        : `${config} chooses the provider ${provider}: Codex is recorded only with its own, codex -c model_provider=openai`,
  };
}

const homeOf = ({ env, home }: ConnectTarget): string => env['CODEX_HOME'] ?? `${home}/.codex`;

/** A project's configuration may not say where the model is: the user's has to. */
function plan(target: SettleTarget): SettingsPlan {
  const config = `${homeOf(target)}/config.toml`;
  const found = ['openai_base_url', 'model_provider']
    .map((name) => ({ name, value: findSetting(target, [config], name)?.value ?? null }))
    .find(({ name, value }) => value !== null && (name !== 'model_provider' || value !== 'openai'));
  if (found !== undefined)
    return { changes: [], notice: `${config} sets ${found.name}: take it out there first` };
  const url = `${target.baseUrl('openai')}/v1`;
  return {
    changes: [
      {
        kind: 'item',
        path: `${homeOf(target)}/hooks.json`,
        at: ['hooks', 'SessionStart'],
        value: { hooks: [{ type: 'command', command: target.ensure }] },
      },
      { kind: 'line', path: config, text: `openai_base_url = ${JSON.stringify(url)}` },
    ],
    notice:
      'codex asks once whether to trust the hook that starts aitrail; until then, and for codex exec after a restart: aitrail proxy start',
  };
}

/** The body's own comes first: on a socket the headers are the handshake's. */
export function turnMetadata(facts: AgentFacts): unknown {
  const metadata = objectAt(facts.body, 'client_metadata');
  const told =
    stringAt(metadata, 'x-codex-turn-metadata') ?? headerOf(facts, 'x-codex-turn-metadata');
  return told === null ? metadata : parseJson(told);
}

function sessionAbove(facts: AgentFacts): string | null {
  const thread = headerOf(facts, 'thread-id');
  const session = headerOf(facts, 'session-id');
  return thread !== null && session !== thread ? session : null;
}

/** Code mode: the input of `exec` is a program. */
function programOf(call: ToolCall): string | null {
  if (!/(?:^|[.:_])exec$/.test(call.name)) return null;
  return typeof call.input === 'string' ? call.input : stringAt(call.input, 'input');
}

function readCall(call: ToolCall): readonly Edit[] | null {
  const source = programOf(call);
  if (source === null) return null;
  const found = runInlineScript(source, 'javascript');
  const shell = found.commands.flatMap((run) => findShellWrites(run.command, run.directory));
  const edits = [...found.edits, ...shell];
  // a patch that is put together in ways not followed is still there to read in the source
  if (edits.length === 0 && holdsApplyPatch(source)) return parseApplyPatch(source);
  if (!found.isOpaque && found.paths.length === 0) return edits;
  return [...edits, { kind: 'command', command: source, paths: found.paths }];
}

function innerCommands(call: ToolCall) {
  const source = programOf(call);
  return source === null ? [] : runInlineScript(source, 'javascript').commands;
}
