// Calls and texts of a Gemini reply as rules judge them, and text parts in the place of those that are refused. A call
// comes whole in one part; a text goes on from chunk to chunk until a call, a thought or the end.
import { arrayAt, isObject, numberAt, objectAt, stringAt } from '../model/json.ts';
import type { GateReading, GateWatch, OwnEvent, ReplyGate, Unit } from './gate.ts';
import { isThought } from './gemini-parts.ts';

interface Text {
  readonly key: string;
  text: string;
}

/** What a part is, under which key. */
type Place =
  | { readonly kind: 'call' | 'text'; readonly key: string; readonly isFirst: boolean }
  | { readonly kind: 'other' };

/** Names the parts of a reply in order; one for reading and one for rewriting, so that both give the same keys. */
interface Counter {
  readonly texts: Map<number, string>;
  count: number;
}

interface State {
  readonly watch: GateWatch;
  readonly reading: Counter;
  readonly writing: Counter;
  readonly open: Map<number, Text>;
}

const openCounter = (): Counter => ({ texts: new Map(), count: 0 });

export function openGeminiGate(watch: GateWatch): ReplyGate {
  const state: State = {
    watch,
    reading: openCounter(),
    writing: openCounter(),
    open: new Map(),
  };
  return {
    read: (json): GateReading => {
      const chunks = Array.isArray(json) ? json : [json];
      const ended = chunks.flatMap((chunk) => readChunk(state, chunk));
      return { ended, isOpen: state.open.size > 0 };
    },
    rewrite: (json, event, refused) => rewriteJson(state, { json, event }, refused),
  };
}

const innerOf = (json: unknown): unknown =>
  isObject(json) && isObject(json['response']) ? json['response'] : json;

function place(counter: Counter, index: number, part: unknown): Place {
  if (stringAt(part, 'text') !== null && !isThought(part)) {
    const known = counter.texts.get(index);
    const key = known ?? `${index}:${(counter.count += 1)}`;
    counter.texts.set(index, key);
    return { kind: 'text', key, isFirst: known === undefined };
  }
  counter.texts.delete(index);
  if (!isObject(part) || !isObject(part['functionCall'])) return { kind: 'other' };
  return { kind: 'call', key: `${index}:${(counter.count += 1)}`, isFirst: true };
}

function readChunk(state: State, chunk: unknown): readonly Unit[] {
  const ended: Unit[] = [];
  const close = (index: number): void => {
    const text = state.open.get(index);
    state.open.delete(index);
    if (text !== undefined) ended.push({ kind: 'text', ...text });
  };
  for (const [i, candidate] of arrayAt(innerOf(chunk), 'candidates').entries()) {
    const index = numberAt(candidate, 'index') ?? i;
    for (const part of arrayAt(objectAt(candidate, 'content'), 'parts')) {
      const at = place(state.reading, index, part);
      if (at.kind === 'text')
        takeText(state, index, { key: at.key, text: stringAt(part, 'text') ?? '' });
      else close(index);
      if (at.kind === 'call' && state.watch.hasCalls) ended.push(callOf(at.key, part));
    }
    if (stringAt(candidate, 'finishReason') !== null) close(index);
  }
  return ended;
}

function takeText({ watch, open }: State, index: number, { key, text }: Text): void {
  if (!watch.hasTexts) return;
  const known = open.get(index) ?? { key, text: '' };
  known.text += text;
  open.set(index, known);
}

function callOf(key: string, part: unknown): Unit {
  const call = objectAt(part, 'functionCall');
  const facts = { id: stringAt(call, 'id'), name: stringAt(call, 'name') ?? '' };
  return { kind: 'call', key, call: { ...facts, input: objectAt(call, 'args') } };
}

function rewriteJson(
  { writing }: State,
  { json, event }: OwnEvent,
  refused: ReadonlyMap<string, string>,
): readonly OwnEvent[] | null {
  let isChanged = false;
  const rewritePart = (index: number, part: unknown): readonly unknown[] => {
    const at = place(writing, index, part);
    const words = at.kind === 'other' ? undefined : refused.get(at.key);
    if (at.kind === 'other' || words === undefined) return [part];
    isChanged = true;
    return [{ text: at.isFirst ? words : '' }];
  };
  const rewriteCandidate = (candidate: unknown, i: number): unknown => {
    const index = numberAt(candidate, 'index') ?? i;
    const content = objectAt(candidate, 'content');
    const parts = arrayAt(content, 'parts');
    if (!isObject(candidate) || parts.length === 0) return candidate;
    const kept = parts.flatMap((part) => rewritePart(index, part));
    return { ...candidate, content: { ...content, parts: kept } };
  };
  const rewriteChunk = (chunk: unknown): unknown => {
    const inner = innerOf(chunk);
    if (!isObject(chunk) || !isObject(inner) || !Array.isArray(inner['candidates'])) return chunk;
    const next = { ...inner, candidates: inner['candidates'].map(rewriteCandidate) };
    return inner === chunk ? next : { ...chunk, response: next };
  };
  const next = Array.isArray(json) ? json.map(rewriteChunk) : rewriteChunk(json);
  return isChanged ? [{ event, json: next }] : null;
}
