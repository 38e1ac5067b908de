// GitHub Copilot in an editor: chat and agent mode, completions as one types, and edits that are suggested next. The
// extension names itself and its editor in headers; a window's id is the nearest thing to a conversation.
import type { Edit } from '../model/edit.ts';
import { stringAt } from '../model/json.ts';
import type { ToolCall } from '../model/wire.ts';
import type { AgentFacts, AgentSpec } from './agent-spec.ts';
import { connectByEnvironment } from './environment.ts';
import { bodyConversation, headerOf, productVersion, systemText, versionOrNull } from './facts.ts';
import { firstString, PATH_KEYS } from './tool-shape.ts';

/** Titles, follow-ups, intents, commit messages and names: what the chat asks for beside what the person asked. */
const SIDE_PROMPT =
  /\b(?:pithy titles|chat title|short title for|summari[sz]e the (?:conversation|following)|commit messages?\b.{0,80}\bgenerat|generat.{0,80}\bcommit messages?|follow-?up questions?|suggest(?:s|ing)? (?:a )?(?:new )?(?:branch )?names? for|which (?:category|intent))/i;

export const COPILOT_EDITOR: AgentSpec = {
  name: 'copilot-editor',
  commands: [],
  recognise,
  conversation: (facts) =>
    headerOf(facts, 'x-client-session-id', 'vscode-sessionid', 'editor-sessionid') ??
    bodyConversation(facts),
  parent: (facts) => headerOf(facts, 'x-parent-agent-id'),
  isSideCall,
  needsForwardProxy: true,
  connect: connectByEnvironment,
  readCall,
};

function recognise(facts: AgentFacts): { version: string | null } | null {
  const version = productVersion(facts, /\bGit[Hh]ub ?Copilot(?:Chat)?(?=\/|$|\s)/);
  if (version !== null) return { version: versionOrNull(version) };
  const plugin = /^copilot(?:-[\w-]+)?\/(.+)$/i.exec(
    headerOf(facts, 'editor-plugin-version') ?? '',
  );
  if (plugin !== null) return { version: plugin[1] ?? null };
  const isEditor = headerOf(facts, 'editor-version') !== null;
  return isEditor && headerOf(facts, 'copilot-integration-id') !== null ? { version: null } : null;
}

function isSideCall(facts: AgentFacts): boolean {
  if (/\/(?:models|embeddings|chunks|telemetry|agents)\b/.test(facts.url)) return true;
  if ((facts.request?.toolNames.length ?? 0) > 0) return false;
  return SIDE_PROMPT.test(systemText(facts.request, 4000));
}

/** `insert_edit_into_file`: a sketch of the file under `code`, what stays left out. */
function readCall(call: ToolCall): readonly Edit[] | null {
  if (!call.name.endsWith('insert_edit_into_file')) return null;
  const [path, text] = [firstString(call.input, PATH_KEYS), stringAt(call.input, 'code')];
  return path === null || text === null ? null : [{ kind: 'insert', path, text }];
}
