// Calls and texts of a Responses reply as rules judge them, and messages in the place of those that are refused. An item
// comes as it begins, as it ends and in the reply's last event; clients run a call when its item ends.
import { arrayAt, isObject, numberAt, objectAt, stringAt } from '../model/json.ts';
import type { GateWatch, OwnEvent, ReplyGate, Unit } from './gate.ts';
import { parseItem } from './responses-items.ts';

/** Calls that the client runs; others run at the provider and never reach this machine. */
const CALLS: ReadonlySet<string> = new Set([
  'function_call',
  'custom_tool_call',
  'local_shell_call',
  'shell_call',
  'apply_patch_call',
]);

const isWatched = (watch: GateWatch, item: unknown): boolean => {
  const type = stringAt(item, 'type') ?? '';
  return (watch.hasCalls && CALLS.has(type)) || (watch.hasTexts && type === 'message');
};

interface State {
  readonly watch: GateWatch;
  readonly open: Set<number>;
  /** By position in the output. */
  readonly judged: Set<number>;
}

export function openResponsesGate(watch: GateWatch): ReplyGate {
  const state: State = { watch, open: new Set(), judged: new Set() };
  return {
    read: (json, event) => ({
      ended: readEvent(state, json, stringAt(json, 'type') ?? event ?? ''),
      isOpen: state.open.size > 0,
    }),
    rewrite: (json, event, refused) =>
      refused.size === 0
        ? null
        : rewriteEvent(json, stringAt(json, 'type') ?? event ?? '', refused),
  };
}

const ITEM = 'response.output_item.';

function readEvent(state: State, json: unknown, type: string): readonly Unit[] {
  if (type.startsWith(ITEM)) {
    const index = numberAt(json, 'output_index') ?? 0;
    const item = objectAt(json, 'item');
    if (!isWatched(state.watch, item)) return [];
    if (type === `${ITEM}added`) state.open.add(index);
    if (type !== `${ITEM}done`) return [];
    state.open.delete(index);
    state.judged.add(index);
    return [unitOf(index, item)];
  }
  const output = arrayAt(objectAt(json, 'response'), 'output');
  if (output.length === 0) return [];
  state.open.clear(); // the reply is over, and its last event has all of it
  return output.flatMap((item, index) =>
    isWatched(state.watch, item) && !state.judged.has(index) ? [unitOf(index, item)] : [],
  );
}

function unitOf(index: number, item: unknown): Unit {
  const key = String(index);
  const { blocks } = parseItem(item);
  const [first] = blocks;
  if (first?.kind === 'tool-call') return { kind: 'call', key, call: first.call };
  if (stringAt(item, 'type') === 'message') {
    const text = blocks.map((block) => (block.kind === 'text' ? block.text : '')).join('\n');
    return { kind: 'text', key, text };
  }
  // arguments that are no JSON: judged as the text that they are
  const input = stringAt(item, 'arguments') ?? '';
  return {
    kind: 'call',
    key,
    call: { id: stringAt(item, 'call_id'), name: stringAt(item, 'name') ?? '', input },
  };
}

function rewriteEvent(
  json: unknown,
  type: string,
  refused: ReadonlyMap<string, string>,
): readonly OwnEvent[] | null {
  if (!isObject(json)) return null;
  const response = json['response'];
  if (isObject(response)) {
    const output = rewriteOutput(arrayAt(response, 'output'), refused);
    return output === null
      ? null
      : [{ event: type, json: { ...json, response: { ...response, output } } }];
  }
  const index = numberAt(json, 'output_index');
  const words = index === null ? undefined : refused.get(String(index));
  if (index === null || words === undefined) return null;
  const { begins, ends } = messageEvents(json, index, words);
  if (type === `${ITEM}added`) return begins;
  return type === `${ITEM}done` ? ends : [];
}

const rewriteOutput = (
  output: readonly unknown[],
  refused: ReadonlyMap<string, string>,
): readonly unknown[] | null =>
  output.some((_, index) => refused.has(String(index)))
    ? output.map((item, index) => {
        const words = refused.get(String(index));
        return words === undefined ? item : messageItem(index, words);
      })
    : null;

const partOf = (text: string): object => ({ type: 'output_text', annotations: [], text });

const messageItem = (index: number, words: string): object => ({
  id: `msg_aitrail_${String(index)}`,
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [partOf(words)],
});

const eventOf = (type: string, facts: object): OwnEvent => ({
  event: type,
  json: { type, ...facts },
});

/** A message as the provider streams it: what comes with an item's beginning, and what with its end. */
function messageEvents(
  json: Readonly<Record<string, unknown>>,
  index: number,
  words: string,
): { readonly begins: readonly OwnEvent[]; readonly ends: readonly OwnEvent[] } {
  const item = messageItem(index, words);
  const shared = { sequence_number: json['sequence_number'], output_index: index };
  const inPart = { ...shared, item_id: `msg_aitrail_${String(index)}`, content_index: 0 };
  const empty = { ...item, status: 'in_progress', content: [] };
  return {
    begins: [
      eventOf(`${ITEM}added`, { ...shared, item: empty }),
      eventOf('response.content_part.added', { ...inPart, part: partOf('') }),
      eventOf('response.output_text.delta', { ...inPart, delta: words }),
    ],
    ends: [
      eventOf('response.output_text.done', { ...inPart, text: words }),
      eventOf('response.content_part.done', { ...inPart, part: partOf(words) }),
      eventOf(`${ITEM}done`, { ...shared, item }),
    ],
  };
}

/** For a reply that is one document. */
export function openResponsesBodyGate(watch: GateWatch): ReplyGate {
  return {
    read: (json) => ({
      ended: arrayAt(json, 'output').flatMap((item, index) =>
        isWatched(watch, item) ? [unitOf(index, item)] : [],
      ),
      isOpen: false,
    }),
    rewrite: (json, event, refused) => {
      const output = rewriteOutput(arrayAt(json, 'output'), refused);
      return !isObject(json) || output === null ? null : [{ event, json: { ...json, output } }];
    },
  };
}
