// Where the text is in the chunks of a Chat Completions stream and in a whole completion.
import { arrayAt, isObject, isString, numberAt, objectAt, stringAt } from '../model/json.ts';
import type { EventReading, Field, TextSite } from '../model/wire.ts';
import type { SiteReader } from './format.ts';
import type { JsonPath } from './json-spans.ts';
import { deltaSite, restSites, wholeSite } from './sites.ts';

/** Names under which servers send what a model thinks; nothing there is signed. */
const THINKING = ['reasoning_content', 'reasoning'] as const;
const TEXTS: readonly (readonly [string, Field])[] = [
  ['content', 'text'],
  ['refusal', 'text'],
  ['reasoning_content', 'thinking'],
  ['reasoning', 'thinking'],
];

interface Choice {
  readonly tools: Map<number, string>;
  readonly open: Set<string>;
}

export function openChatSites(): SiteReader {
  const choices = new Map<number, Choice>();
  const choiceOf = (index: number): Choice => {
    const found = choices.get(index) ?? {
      tools: new Map<number, string>(),
      open: new Set<string>(),
    };
    choices.set(index, found);
    return found;
  };
  return {
    read: (json): EventReading => {
      const sites: TextSite[] = [];
      const closes: string[] = [];
      for (const [i, choice] of arrayAt(json, 'choices').entries()) {
        const index = numberAt(choice, 'index') ?? i;
        const state = choiceOf(index);
        const found = deltaSites({ delta: objectAt(choice, 'delta'), index, at: i }, state.tools);
        sites.push(...found);
        closes.push(...nextCloses(state, found, stringAt(choice, 'finish_reason') !== null));
      }
      if (isObject(json) && isObject(json['error'])) sites.push(ERROR_SITE);
      return {
        sites: [...sites, ...restSites(json, sites)],
        closes,
        isTerminal: json === '[DONE]' || sites.includes(ERROR_SITE),
        isKeepAlive: false,
      };
    },
  };
}

const ERROR_SITE = wholeSite({ channel: 'error', path: ['error', 'message'], field: 'error' });

/** Text ends where a choice goes on to its tool calls, thinking where it goes on to text, everything at its finish. */
function nextCloses(
  state: Choice,
  sites: readonly TextSite[],
  isFinished: boolean,
): readonly string[] {
  const now = new Set(sites.map((site) => site.channel));
  if (isFinished) {
    const all = [...new Set([...state.open, ...now])];
    state.open.clear();
    return all;
  }
  const isTool = [...now].some(isCall);
  const isText = [...now].some((channel) => channel.endsWith(':content'));
  const ends = [...state.open].filter(
    (channel) =>
      !now.has(channel) && ((isTool && !isCall(channel)) || (isText && isThinking(channel))),
  );
  for (const channel of ends) state.open.delete(channel);
  for (const channel of now) state.open.add(channel);
  return ends;
}

const isCall = (channel: string): boolean => channel.includes(':tool:');
const isThinking = (channel: string): boolean => THINKING.some((name) => channel.endsWith(name));

interface Place {
  readonly delta: unknown;
  readonly index: number;
  /** Position in the chunk's list. */
  readonly at: number;
}

function deltaSites(place: Place, tools: Map<number, string>): readonly TextSite[] {
  const path = ['choices', place.at, 'delta'];
  const sites: TextSite[] = [];
  for (const [name, field] of TEXTS) {
    if ((stringAt(place.delta, name) ?? '') !== '')
      sites.push(deltaSite({ channel: `${place.index}:${name}`, path: [...path, name], field }));
  }
  for (const [i, call] of arrayAt(place.delta, 'tool_calls').entries()) {
    const number = numberAt(call, 'index') ?? i;
    const name = toolOf(call) ?? '';
    if (name !== '') tools.set(number, name);
    const channel = `${place.index}:tool:${number}`;
    const tool = tools.get(number) ?? null;
    sites.push(
      ...callSites(call, { path: [...path, 'tool_calls', i], channel, tool }).map(deltaSite),
    );
  }
  return [...sites, ...legacySites(place, path)];
}

const toolOf = (call: unknown): string | null =>
  stringAt(objectAt(call, 'function'), 'name') ?? stringAt(objectAt(call, 'custom'), 'name');

/** The one call of a choice in the older shape. */
function legacySites(place: Place, path: JsonPath): readonly TextSite[] {
  if (!isString(objectAt(place.delta, 'function_call')['arguments'])) return [];
  const channel = `${place.index}:tool:call`;
  return [
    deltaSite({ channel, field: 'arguments', path: [...path, 'function_call', 'arguments'] }),
  ];
}

interface CallPlace {
  readonly path: JsonPath;
  readonly channel: string;
  readonly tool: string | null;
}

function callSites(
  call: unknown,
  place: CallPlace,
): readonly Omit<TextSite, 'piece' | 'pointer'>[] {
  const { channel, tool, path } = place;
  if (isString(objectAt(call, 'function')['arguments']))
    return [{ channel, tool, path: [...path, 'function', 'arguments'], field: 'arguments' }];
  if (isString(objectAt(call, 'custom')['input']))
    return [{ channel, tool, path: [...path, 'custom', 'input'], field: 'freeform' }];
  return [];
}

/** Sites of a completion that is one document. */
export function chatBodySites(body: unknown): readonly TextSite[] {
  const sites = arrayAt(body, 'choices').flatMap((choice, i) => messageSites(choice, i));
  if (isObject(body) && isString(objectAt(body, 'error')['message'])) sites.push(ERROR_SITE);
  return [...sites, ...restSites(body, sites)];
}

function messageSites(choice: unknown, i: number): TextSite[] {
  const message = objectAt(choice, 'message');
  const path = ['choices', i, 'message'];
  const sites: TextSite[] = TEXTS.filter(([name]) => isString(message[name])).map(([name, field]) =>
    wholeSite({ channel: `${i}:${name}`, path: [...path, name], field }),
  );
  for (const [k, call] of arrayAt(message, 'tool_calls').entries()) {
    const tool = toolOf(call);
    const place = { path: [...path, 'tool_calls', k], channel: `${i}:tool:${k}`, tool };
    sites.push(...callSites(call, place).map(wholeSite));
  }
  return sites;
}
