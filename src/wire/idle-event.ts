// Signs of life while a reply is held: events of the provider's own protocol that say nothing, so that clients which
// count the time between events go on waiting. Comments would not do: some clients never see them.
import { isObject, type JsonObject } from '../model/json.ts';
import type { WireName } from '../model/wire.ts';

type Maker = (last: unknown) => string;

const MAKERS: Readonly<Record<WireName, Maker>> = {
  'anthropic-messages': () => 'event: ping\ndata: {"type": "ping"}\n\n',
  'openai-responses': () => 'event: keepalive\ndata: {"type":"keepalive"}\n\n',
  'openai-chat': (last) =>
    dataOf({ object: 'chat.completion.chunk', ...pick(last, CHAT_FACTS), choices: [EMPTY_CHOICE] }),
  'openai-completions': (last) =>
    dataOf({ object: 'text_completion', ...pick(last, CHAT_FACTS), choices: [NO_TEXT] }),
  gemini: (last) =>
    isObject(last) && isObject(last['response'])
      ? dataOf({ response: pick(last['response'], GEMINI_FACTS) })
      : dataOf(pick(last, GEMINI_FACTS)),
};

/** A list of no choices would say the same, but many clients read the first one unasked. */
const EMPTY_CHOICE = { index: 0, delta: {}, finish_reason: null } as const;
const NO_TEXT = { index: 0, text: '', finish_reason: null } as const;
const CHAT_FACTS = ['id', 'created', 'model', 'system_fingerprint'];
const GEMINI_FACTS = ['modelVersion', 'responseId'];

/**
 * @param last JSON of the event before it, whose ids are repeated; null where there was none.
 * @returns a whole server-sent event.
 */
export const makeIdleEvent = (wire: WireName, last: unknown): string => MAKERS[wire](last);

const pick = (json: unknown, names: readonly string[]): JsonObject =>
  isObject(json)
    ? Object.fromEntries(names.flatMap((name) => (name in json ? [[name, json[name]]] : [])))
    : {};

const dataOf = (json: object): string => `data: ${JSON.stringify(json)}\n\n`;
