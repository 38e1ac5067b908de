// Where the text is in the chunks of a Gemini reply. Arguments of calls come whole, as values.
import { arrayAt, isObject, isString, numberAt, objectAt, stringAt } from '../model/json.ts';
import type { EventReading, Field, TextSite } from '../model/wire.ts';
import type { SiteReader } from './format.ts';
import { isThought } from './gemini-parts.ts';
import type { JsonPath } from './json-spans.ts';
import { argumentSites, deltaSite, restSites, wholeSite } from './sites.ts';

interface Found {
  readonly sites: readonly TextSite[];
  /** Channels that end with this chunk. */
  readonly closes: readonly string[];
}

interface State {
  /** The text channel that each candidate is in the middle of. */
  readonly open: Map<number, string>;
  calls: number;
}

interface Place {
  readonly index: number;
  readonly path: JsonPath;
}

export function openGeminiSites(): SiteReader {
  const state: State = { open: new Map(), calls: 0 };
  return { read: (json) => readChunk(state, json) };
}

function readChunk(state: State, json: unknown): EventReading {
  const isWrapped = isObject(json) && isObject(json['response']);
  const inner = isWrapped ? json['response'] : json;
  const base = isWrapped ? ['response'] : [];
  const candidates = arrayAt(inner, 'candidates');
  const found = candidates.map((candidate, i) => {
    const index = numberAt(candidate, 'index') ?? i;
    return readCandidate(state, candidate, { index, path: [...base, 'candidates', i] });
  });
  const error = isString(objectAt(inner, 'error')['message'])
    ? [wholeSite({ channel: 'error', path: [...base, 'error', 'message'], field: 'error' })]
    : [];
  const sites = [...found.flatMap((one) => one.sites), ...error];
  return {
    sites: [...sites, ...restSites(json, sites)],
    closes: found.flatMap((one) => one.closes),
    isTerminal: error.length > 0 || candidates.some(isFinished),
    isKeepAlive: false,
  };
}

const isFinished = (candidate: unknown): boolean => stringAt(candidate, 'finishReason') !== null;

function readCandidate(state: State, candidate: unknown, place: Place): Found {
  const parts = arrayAt(objectAt(candidate, 'content'), 'parts');
  const found = parts.map((part, i) => {
    const path = [...place.path, 'content', 'parts', i];
    return readPart(state, part, { index: place.index, path });
  });
  const last = state.open.get(place.index);
  const isOver = isFinished(candidate) && last !== undefined;
  return {
    sites: found.flatMap((one) => one.sites),
    closes: [...found.flatMap((one) => one.closes), ...(isOver ? [last] : [])],
  };
}

function readPart(state: State, part: unknown, { index, path }: Place): Found {
  const last = state.open.get(index);
  if (stringAt(part, 'text') !== null) {
    const channel = `${index}:${isThought(part) ? 'thought' : 'text'}`;
    state.open.set(index, channel);
    const closes = last === undefined || last === channel ? [] : [last];
    const site = deltaSite({ channel, path: [...path, 'text'], field: textField(part) });
    return { sites: [site], closes };
  }
  const call = objectAt(part, 'functionCall');
  if (!isObject(call['args'])) return { sites: [], closes: [] };
  state.calls += 1;
  state.open.delete(index);
  const facts = { channel: `${index}:call:${state.calls}`, tool: stringAt(call, 'name') };
  const at = { value: call['args'], path: [...path, 'functionCall', 'args'] };
  return { sites: argumentSites(at, facts), closes: last === undefined ? [] : [last] };
}

function textField(part: unknown): Field {
  if (!isThought(part)) return 'text';
  return stringAt(part, 'thoughtSignature') === null ? 'thinking' : 'sealed';
}

/** Sites of a reply that is one document: a reply, or the list of them that a stream without alt=sse is. */
export function geminiBodySites(body: unknown): readonly TextSite[] {
  const reader = openGeminiSites();
  const chunks = Array.isArray(body)
    ? body.map((one, i) => ({ one, path: [i] }))
    : [{ one: body, path: [] }];
  return chunks.flatMap(({ one, path }) =>
    reader.read(one, null).sites.map((site) => ({ ...site, path: [...path, ...site.path] })),
  );
}
