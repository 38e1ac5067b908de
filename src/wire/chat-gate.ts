// Calls and texts of a Chat Completions reply as rules judge them, and content in the place of those that are refused.
// Clients put a call together by its index and run it when its choice is finished: nothing is whole before that.
import {
  arrayAt,
  isObject,
  isString,
  numberAt,
  objectAt,
  parseJson,
  stringAt,
} from '../model/json.ts';
import type { GateReading, GateWatch, OwnEvent, ReplyGate, Unit } from './gate.ts';

interface Call {
  id: string | null;
  name: string;
  text: string;
  isFreeform: boolean;
}

interface Choice {
  text: string;
  readonly calls: Map<string, Call>;
  isFinished: boolean;
  /** Keys whose refusal has been said. */
  readonly told: Set<string>;
}

interface State {
  readonly watch: GateWatch;
  readonly choices: Map<number, Choice>;
}

const LEGACY = 'call';
const textKey = (index: number): string => `${index}:text`;
const callKeyOf = (index: number, number: number | string): string => `${index}:${number}`;

/** For chunks and for a whole completion, whose message is a delta that has everything. */
export function openChatGate(watch: GateWatch): ReplyGate {
  const state: State = { watch, choices: new Map() };
  return {
    read: (json) => readChunk(state, json),
    rewrite: (json, event, refused) => rewriteChunk(state, { json, event }, refused),
  };
}

function choiceOf({ choices }: State, index: number): Choice {
  const found = choices.get(index) ?? {
    text: '',
    calls: new Map<string, Call>(),
    isFinished: false,
    told: new Set<string>(),
  };
  choices.set(index, found);
  return found;
}

function readChunk(state: State, json: unknown): GateReading {
  const ended: Unit[] = [];
  const finish = (index: number, choice: Choice): void => {
    if (!choice.isFinished) ended.push(...unitsOf(state.watch, index, choice));
    choice.isFinished = true;
  };
  for (const [i, one] of arrayAt(json, 'choices').entries()) {
    const index = numberAt(one, 'index') ?? i;
    const choice = choiceOf(state, index);
    take(choice, index, { ...objectAt(one, 'delta'), ...objectAt(one, 'message') });
    if (stringAt(one, 'finish_reason') !== null) finish(index, choice);
  }
  // servers that leave the reason out end with the stream's own end
  if (json === '[DONE]') for (const [index, choice] of state.choices) finish(index, choice);
  const isOpen = [...state.choices.values()].some((choice) => isHeld(state.watch, choice));
  return { ended, isOpen };
}

const isHeld = (watch: GateWatch, { isFinished, calls, text }: Choice): boolean =>
  !isFinished && ((watch.hasCalls && calls.size > 0) || (watch.hasTexts && text !== ''));

function take(choice: Choice, index: number, delta: Readonly<Record<string, unknown>>): void {
  choice.text += stringAt(delta, 'content') ?? '';
  for (const [i, call] of arrayAt(delta, 'tool_calls').entries())
    takeCall(choice, callKeyOf(index, numberAt(call, 'index') ?? i), call);
  const legacy = delta['function_call'];
  if (isObject(legacy)) takeCall(choice, callKeyOf(index, LEGACY), { function: legacy });
}

function takeCall({ calls }: Choice, key: string, json: unknown): void {
  const [made, custom] = [objectAt(json, 'function'), objectAt(json, 'custom')];
  const call = calls.get(key) ?? { id: null, name: '', text: '', isFreeform: false };
  calls.set(key, call);
  call.id ??= stringAt(json, 'id');
  call.name += stringAt(made, 'name') ?? stringAt(custom, 'name') ?? '';
  call.text += stringAt(made, 'arguments') ?? stringAt(custom, 'input') ?? '';
  call.isFreeform ||= Object.keys(custom).length > 0;
}

function unitsOf(watch: GateWatch, index: number, { text, calls }: Choice): readonly Unit[] {
  const units: Unit[] = [];
  if (watch.hasTexts && text !== '') units.push({ kind: 'text', key: textKey(index), text });
  if (watch.hasCalls)
    for (const [key, { id, name, text: said, isFreeform }] of calls) {
      const parsed = isFreeform ? said : (parseJson(said) ?? said);
      const input = said.trim() === '' && !isFreeform ? {} : parsed;
      units.push({ kind: 'call', key, call: { id, name, input } });
    }
  return units;
}

type Refused = ReadonlyMap<string, string>;

function rewriteChunk(
  state: State,
  { json, event }: OwnEvent,
  refused: Refused,
): readonly OwnEvent[] | null {
  if (!isObject(json) || !Array.isArray(json['choices']) || refused.size === 0) return null;
  let isChanged = false;
  const choices = json['choices'].map((one: unknown, i): unknown => {
    const index = numberAt(one, 'index') ?? i;
    const next = rewriteChoice({ choice: choiceOf(state, index), index, refused }, one);
    isChanged ||= next !== one;
    return next;
  });
  if (!isChanged) return null;
  const isEmpty = choices.every(isEmptyChoice) && !isObject(json['usage']);
  return isEmpty ? [] : [{ event, json: { ...json, choices } }];
}

const isEmptyChoice = (choice: unknown): boolean =>
  isObject(choice) &&
  isObject(choice['delta']) &&
  Object.keys(choice['delta']).length === 0 &&
  stringAt(choice, 'finish_reason') === null;

interface Writing {
  readonly choice: Choice;
  readonly index: number;
  readonly refused: Refused;
}

function rewriteChoice(writing: Writing, one: unknown): unknown {
  const { choice, index, refused } = writing;
  const isTouched = [textKey(index), ...choice.calls.keys()].some((key) => refused.has(key));
  if (!isObject(one) || !isTouched) return one;
  const holder = isObject(one['message']) ? 'message' : 'delta';
  const said = objectAt(one, holder);
  const isLeft = [...choice.calls.keys()].some((key) => !refused.has(key));
  const reason = stringAt(one, 'finish_reason');
  const isCallEnd = reason === 'tool_calls' || reason === 'function_call';
  return {
    ...one,
    [holder]: rewriteSaid(writing, said),
    ...(isCallEnd && !isLeft ? { finish_reason: 'stop' } : {}),
  };
}

/** Words of ours stand where the refused part began; the calls that stay are numbered without gaps. */
function rewriteSaid(
  writing: Writing,
  said: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { tool_calls: calls, function_call: legacy, content, ...rest } = said;
  const legacyKey = callKeyOf(writing.index, LEGACY);
  const kept = arrayAt(said, 'tool_calls').flatMap((call, i) => keepCall(writing, call, i));
  const words = [
    ...contentWords(writing, content),
    ...arrayAt(said, 'tool_calls').flatMap((call, i) =>
      refusalOf(writing, callKeyOf(writing.index, numberAt(call, 'index') ?? i)),
    ),
    ...(isObject(legacy) ? refusalOf(writing, legacyKey) : []),
  ];
  const spoken = words.filter((text) => text !== '').join('\n\n');
  const text = words.length > 0 ? spoken : null;
  return {
    ...rest,
    ...(text !== null || content === null ? { content: text } : {}),
    ...(Array.isArray(calls) && kept.length > 0 ? { tool_calls: kept } : {}),
    ...(isObject(legacy) && !writing.refused.has(legacyKey) ? { function_call: legacy } : {}),
  };
}

/** Words of the refusal, once. */
function refusalOf({ choice, refused }: Writing, key: string): readonly string[] {
  const text = refused.get(key);
  if (text === undefined || choice.told.has(key)) return [];
  choice.told.add(key);
  return [text];
}

function contentWords(writing: Writing, content: unknown): readonly string[] {
  if (!isString(content)) return [];
  const key = textKey(writing.index);
  if (!writing.refused.has(key)) return [content];
  return content === '' ? [] : refusalOf(writing, key);
}

function keepCall({ index, refused }: Writing, call: unknown, i: number): readonly unknown[] {
  const number = numberAt(call, 'index') ?? i;
  if (refused.has(callKeyOf(index, number))) return [];
  return [renumber(call, gapsBefore(index, number, refused))];
}

const renumber = (call: unknown, gaps: number): unknown => {
  const number = numberAt(call, 'index');
  return isObject(call) && number !== null ? { ...call, index: number - gaps } : call;
};

const gapsBefore = (index: number, number: number, refused: Refused): number =>
  [...refused.keys()].filter((key) => {
    const [choice = '', at = ''] = key.split(':');
    return choice === String(index) && /^\d+$/.test(at) && Number(at) < number;
  }).length;
