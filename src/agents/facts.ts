// Small questions to a request that several clients answer alike.
import { isObject, objectAt, parseJson, stringAt } from '../model/json.ts';
import type { Message, WireRequest } from '../model/wire.ts';
import type { AgentFacts } from './agent-spec.ts';

/** The first of these headers that has a value. */
export function headerOf(facts: AgentFacts, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = facts.headers[name];
    if (value !== undefined && value.trim() !== '') return value.trim();
  }
  return null;
}

/** @returns version behind the product's name in the user agent (`claude-cli/2.1.329 …`), '' without one, else null. */
export function productVersion(facts: AgentFacts, product: RegExp): string | null {
  const agent = facts.headers['user-agent'] ?? '';
  const match = product.exec(agent);
  if (match === null) return null;
  return /^\/v?([\w.+-]+)/.exec(agent.slice(match.index + match[0].length))?.[1] ?? '';
}

export const versionOrNull = (version: string): string | null => (version === '' ? null : version);

/** Text of a message's text blocks. */
export const textOf = (message: Message): string =>
  message.blocks.map((block) => (block.kind === 'text' ? block.text : '')).join('\n');

/** The system prompt, at most `charactersMax` of it. */
export function systemText(request: WireRequest | null, charactersMax = 20_000): string {
  let text = '';
  for (const message of request?.messages ?? []) {
    if (message.role !== 'system') continue;
    text += `${textOf(message)}\n`;
    if (text.length > charactersMax) break;
  }
  return text.slice(0, charactersMax);
}

/** Ids that clients put into the body, whatever the client. */
export function bodyConversation(facts: AgentFacts): string | null {
  const user = stringAt(objectAt(facts.body, 'metadata'), 'user_id');
  return (
    sessionOfUser(user) ??
    stringAt(facts.body, 'prompt_cache_key') ??
    stringAt(objectAt(facts.body, 'request'), 'session_id') ??
    stringAt(objectAt(facts.body, 'metadata'), 'session_id')
  );
}

/** `user_<hash>_account_<id>_session_<id>`, or since 2026 JSON in a string: `{"session_id": …}`. */
function sessionOfUser(user: string | null): string | null {
  if (user === null) return null;
  const parsed = parseJson(user);
  if (isObject(parsed)) return stringAt(parsed, 'session_id');
  return /_session_([\w-]+)$/.exec(user)?.[1] ?? null;
}

/** No tools and a schema for the answer: a question of the client's own, not the person's. */
export function isSchemaQuestion(facts: AgentFacts): boolean {
  if ((facts.request?.toolNames.length ?? 0) > 0) return false;
  const generation = objectAt(facts.body, 'generationConfig');
  const wrapped = objectAt(objectAt(facts.body, 'request'), 'generationConfig');
  const formats = [
    objectAt(objectAt(facts.body, 'output_config'), 'format'),
    objectAt(facts.body, 'response_format'),
    objectAt(objectAt(facts.body, 'text'), 'format'),
  ];
  return (
    [generation, wrapped].some((at) => 'responseJsonSchema' in at || 'responseSchema' in at) ||
    formats.some((format) => stringAt(format, 'type') === 'json_schema')
  );
}
