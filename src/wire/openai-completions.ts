// Text completions: what stands behind a prompt and before a suffix. Editors ask for them as one types: OpenAI's older
// endpoint, Copilot's (/v1/engines/<engine>/completions), and fill-in-the-middle servers that answer like a chat.
import { arrayAt, isObject, isString, numberAt, objectAt, stringAt } from '../model/json.ts';
import type { Block, EventReading, TextSite, WireReply, WireRequest } from '../model/wire.ts';
import { mergeUsage, pathEnds, textBlock, usageFrom } from './blocks.ts';
import { NO_USAGE, type ReplyReader, type WireFormat } from './format.ts';
import type { GateWatch, ReplyGate, Unit } from './gate.ts';
import { openAiError, openAiErrorMessage } from './openai-error.ts';
import { deltaSite, restSites, wholeSite } from './sites.ts';

export const openAiCompletions: WireFormat = {
  name: 'openai-completions',
  matches: (method, path) =>
    method === 'POST' && pathEnds(path, '/completions') && !pathEnds(path, '/chat/completions'),
  parseRequest,
  parseReply: (body): WireReply => {
    const reader = openReply();
    reader.push(body, null);
    return reader.finish(false);
  },
  bodySites: (body) => sitesOf(body, wholeSite),
  openSiteReader: () => ({ read: readSites }),
  openReplyReader: openReply,
  openGate,
  openBodyGate: openGate,
  errorBody: (error) => JSON.stringify(openAiError(error)),
  errorEvent: (error) => `data: ${JSON.stringify(openAiError(error))}\n\n`,
};

/** What surrounds the cursor: the text before it, then the text behind it. Prompts of token numbers are not read. */
function parseRequest(body: unknown): WireRequest {
  const prompts = [stringAt(body, 'prompt'), ...arrayAt(body, 'prompt'), stringAt(body, 'suffix')];
  const blocks = prompts.filter(isString).flatMap((text) => (text === '' ? [] : [textBlock(text)]));
  return {
    model: stringAt(body, 'model'),
    isStream: isObject(body) && body['stream'] === true,
    messages: blocks.length === 0 ? [] : [{ role: 'user', blocks }],
    toolNames: [],
  };
}

/** Where a choice has its text: in itself, or as a chat's answer has it. */
const PLACES = [['text'], ['delta', 'content'], ['message', 'content']] as const;

function placeOf(choice: unknown): (typeof PLACES)[number] | null {
  return (
    PLACES.find(([outer, inner]) =>
      isString(
        inner === undefined
          ? objectAt({ choice }, 'choice')[outer]
          : objectAt(choice, outer)[inner],
      ),
    ) ?? null
  );
}

function textOf(choice: unknown): string {
  const [outer, inner] = placeOf(choice) ?? ['text'];
  return (
    (inner === undefined ? stringAt(choice, outer) : stringAt(objectAt(choice, outer), inner)) ?? ''
  );
}

const indexOf = (choice: unknown, at: number): number => numberAt(choice, 'index') ?? at;

function sitesOf(json: unknown, make: typeof deltaSite): readonly TextSite[] {
  const sites = arrayAt(json, 'choices').flatMap((choice, at) => {
    const place = placeOf(choice);
    if (place === null) return [];
    const channel = `${String(indexOf(choice, at))}:text`;
    return [make({ channel, path: ['choices', at, ...place], field: 'text' })];
  });
  if (isObject(json) && isString(objectAt(json, 'error')['message']))
    sites.push(wholeSite({ channel: 'error', path: ['error', 'message'], field: 'error' }));
  return [...sites, ...restSites(json, sites)];
}

const readSites = (json: unknown): EventReading => ({
  sites: sitesOf(json, deltaSite),
  closes: arrayAt(json, 'choices').flatMap((choice, at) =>
    isFinished(choice) ? [`${String(indexOf(choice, at))}:text`] : [],
  ),
  isTerminal: json === '[DONE]' || openAiErrorMessage(json) !== null,
  isKeepAlive: false,
});

const isFinished = (choice: unknown): boolean => stringAt(choice, 'finish_reason') !== null;

const USAGE = {
  inputTokens: ['prompt_tokens'],
  outputTokens: ['completion_tokens'],
  cacheReadTokens: ['prompt_tokens_details.cached_tokens'],
  cacheWriteTokens: [],
} as const;

interface Choice {
  text: string;
  finish: string | null;
}

interface State {
  readonly choices: Map<number, Choice>;
  model: string | null;
  usage: WireReply['usage'];
  error: string | null;
  isOver: boolean;
}

function openReply(): ReplyReader {
  const state: State = {
    choices: new Map(),
    model: null,
    usage: NO_USAGE,
    error: null,
    isOver: false,
  };
  return {
    push: (json) => {
      state.model = stringAt(json, 'model') ?? state.model;
      state.error = openAiErrorMessage(json) ?? state.error;
      state.isOver ||= json === '[DONE]';
      if (isObject(json) && isObject(json['usage']))
        state.usage = mergeUsage(state.usage, usageFrom(json['usage'], USAGE));
      for (const [at, one] of arrayAt(json, 'choices').entries()) take(state.choices, one, at);
    },
    finish: (isCut) => finish(state, isCut),
  };
}

function take(choices: Map<number, Choice>, one: unknown, at: number): Choice {
  const choice = choices.get(indexOf(one, at)) ?? { text: '', finish: null };
  choices.set(indexOf(one, at), choice);
  choice.text += textOf(one);
  choice.finish = stringAt(one, 'finish_reason') ?? choice.finish;
  return choice;
}

function finish(state: State, isCut: boolean): WireReply {
  const choices = [...state.choices].toSorted(([a], [b]) => a - b).map(([, choice]) => choice);
  // an editor that has enough lines ends the stream itself: what it has by then it may offer
  const isWhole =
    state.isOver || (choices.length > 0 && choices.every((one) => one.finish !== null));
  return {
    model: state.model,
    stopReason: choices[0]?.finish ?? null,
    usage: state.usage,
    blocks: choices.flatMap(({ text }): readonly Block[] =>
      text === '' ? [] : [{ kind: 'text', text, isCode: true }],
    ),
    isComplete: isWhole && !isCut && state.error === null,
    error: state.error,
  };
}

/** In the place of what is refused stands nothing: words of ours would be typed into a file. */
function openGate({ hasTexts }: GateWatch): ReplyGate {
  const choices = new Map<number, Choice>();
  const ended = new Set<number>();
  const end = (index: number): readonly Unit[] => {
    const text = choices.get(index)?.text ?? '';
    if (ended.has(index) || text === '') return [];
    ended.add(index);
    return [{ kind: 'text', key: String(index), text }];
  };
  return {
    read: (json) => {
      if (!hasTexts) return { ended: [], isOpen: false };
      const units: Unit[] = [];
      for (const [at, one] of arrayAt(json, 'choices').entries()) {
        take(choices, one, at);
        if (isFinished(one)) units.push(...end(indexOf(one, at)));
      }
      if (json === '[DONE]') for (const index of choices.keys()) units.push(...end(index));
      const isOpen = [...choices].some(([index, { text }]) => text !== '' && !ended.has(index));
      return { ended: units, isOpen };
    },
    rewrite: (json, event, refused) => {
      if (!isObject(json) || !Array.isArray(json['choices']) || refused.size === 0) return null;
      const emptied = json['choices'].map((one: unknown, at) =>
        refused.has(String(indexOf(one, at))) ? withoutText(one) : one,
      );
      return [{ event, json: { ...json, choices: emptied } }];
    },
  };
}

function withoutText(choice: unknown): unknown {
  const place = placeOf(choice);
  if (!isObject(choice) || place === null) return choice;
  const [outer, inner] = place;
  const emptied = inner === undefined ? '' : { ...objectAt(choice, outer), [inner]: '' };
  return { ...choice, [outer]: emptied };
}
