// A request → who sent it, in which conversation, and whether its answer can be code.
import { isObject, objectAt } from '../model/json.ts';
import type { AgentFacts } from './agent-spec.ts';
import { AGENTS } from './agents.ts';
import { turnMetadata } from './codex.ts';
import { bodyConversation, headerOf, isSchemaQuestion } from './facts.ts';
import { workingDirectory } from './working-directory.ts';

export type { AgentFacts } from './agent-spec.ts';

export interface Recognised {
  /** Name of a known client, else the user agent's first product; null without one. */
  readonly agent: string | null;
  readonly version: string | null;
  /** The client's own id; null where it sends none. */
  readonly conversation: string | null;
  readonly parent: string | null;
  readonly isSideCall: boolean;
  /** Where the agent says that it works. */
  readonly directory: string | null;
}

/** @throws never. */
export function recogniseAgent(facts: AgentFacts): Recognised {
  const directory = workspaceOf(facts) ?? (facts.request && workingDirectory(facts.request));
  for (const agent of AGENTS) {
    const found = agent.recognise(facts);
    if (found === null) continue;
    return {
      agent: agent.name,
      version: found.version,
      conversation: agent.conversation(facts),
      parent: agent.parent(facts),
      isSideCall: agent.isSideCall(facts),
      directory,
    };
  }
  return { ...product(facts), ...unknownConversation(facts), directory };
}

/** `curl/8.5.0`, `OpenAI/JS 6.2.0` */
const PRODUCT = /^([\w.-]+)(?:\/[A-Za-z]\w*)?(?:[/ ]v?(\d[\w.+-]*))?/;

function product(facts: AgentFacts): { agent: string | null; version: string | null } {
  const match = PRODUCT.exec(facts.headers['user-agent'] ?? '');
  return { agent: match?.[1] ?? null, version: match?.[2] ?? null };
}

const unknownConversation = (facts: AgentFacts) => ({
  conversation:
    headerOf(
      facts,
      'x-session-id',
      'session-id',
      'session_id',
      'x-conversation-id',
      'conversation_id',
    ) ?? bodyConversation(facts),
  parent: headerOf(facts, 'x-parent-session-id'),
  isSideCall: isSchemaQuestion(facts),
});

/** Where the client works as its headers say it, before anything of the body is there. Names in lower case. */
export const directoryInHeaders = (headers: Readonly<Record<string, string>>): string | null =>
  workspaceOf({ headers, url: '', request: null, body: undefined });

/** Codex names its workspaces in a header; one is an answer, several are none. */
function workspaceOf(facts: AgentFacts): string | null {
  const metadata = turnMetadata(facts);
  if (!isObject(metadata)) return null;
  const paths = Object.keys(objectAt(metadata, 'workspaces'));
  return paths.length === 1 ? (paths[0] ?? null) : null;
}
