// Calls and texts of a Messages reply as rules judge them, and text blocks in the place of those that are refused.
import { arrayAt, isObject, numberAt, objectAt, parseJson, stringAt } from '../model/json.ts';
import type { GateReading, GateWatch, OwnEvent, ReplyGate, Unit } from './gate.ts';

interface Building {
  readonly block: unknown;
  text: string;
}

interface State {
  readonly watch: GateWatch;
  readonly open: Map<number, Building>;
  /** Keys of the calls of the reply. */
  readonly calls: Set<string>;
}

const typesOf = (watch: GateWatch): readonly string[] => [
  ...(watch.hasCalls ? ['tool_use'] : []),
  ...(watch.hasTexts ? ['text'] : []),
];

export function openAnthropicGate(watch: GateWatch): ReplyGate {
  const state: State = { watch, open: new Map(), calls: new Set() };
  return {
    read: (json, event) => ({
      ended: readEvent(state, json, stringAt(json, 'type') ?? event),
      isOpen: state.open.size > 0,
    }),
    rewrite: (json, event, refused) =>
      rewriteEvent({ json, type: stringAt(json, 'type') ?? event ?? '' }, state, refused),
  };
}

function readEvent(state: State, json: unknown, type: string | null): readonly Unit[] {
  const index = numberAt(json, 'index') ?? 0;
  if (type === 'content_block_start') openBlock(state, index, objectAt(json, 'content_block'));
  const building = state.open.get(index);
  if (building === undefined) return [];
  if (type === 'content_block_delta') {
    const delta = objectAt(json, 'delta');
    building.text += stringAt(delta, 'partial_json') ?? stringAt(delta, 'text') ?? '';
  }
  if (type !== 'content_block_stop') return [];
  state.open.delete(index);
  return [unitOf(String(index), building)];
}

function openBlock({ watch, open, calls }: State, index: number, block: unknown): void {
  const kind = stringAt(block, 'type') ?? '';
  if (kind === 'tool_use') calls.add(String(index));
  if (typesOf(watch).includes(kind)) open.set(index, { block, text: '' });
}

function unitOf(key: string, { block, text }: Building): Unit {
  if (stringAt(block, 'type') === 'text')
    return { kind: 'text', key, text: (stringAt(block, 'text') ?? '') + text };
  const input = text === '' ? objectAt(block, 'input') : (parseJson(text) ?? text);
  const call = { id: stringAt(block, 'id'), name: stringAt(block, 'name') ?? '', input };
  return { kind: 'call', key, call };
}

interface Typed {
  readonly json: unknown;
  readonly type: string;
}

function rewriteEvent(
  { json, type }: Typed,
  state: State,
  refused: ReadonlyMap<string, string>,
): readonly OwnEvent[] | null {
  if (type === 'message_delta') return rewriteEnd(json, state, refused);
  const index = numberAt(json, 'index');
  const words = index === null ? undefined : refused.get(String(index));
  if (words === undefined) return null;
  if (type === 'content_block_delta') return [];
  if (type !== 'content_block_start') return null;
  const [start, delta] = ['content_block_start', 'content_block_delta'];
  return [
    { event: start, json: { type: start, index, content_block: { type: 'text', text: '' } } },
    { event: delta, json: { type: delta, index, delta: { type: 'text_delta', text: words } } },
  ];
}

function rewriteEnd(
  json: unknown,
  { calls }: State,
  refused: ReadonlyMap<string, string>,
): readonly OwnEvent[] | null {
  const delta = objectAt(json, 'delta');
  const isLeft = [...calls].some((key) => !refused.has(key));
  if (!isObject(json) || isLeft || stringAt(delta, 'stop_reason') !== 'tool_use') return null;
  return [{ event: 'message_delta', json: { ...json, delta: { ...delta, ...ENDED } } }];
}

const ENDED = { stop_reason: 'end_turn' } as const;

/** For a reply that is one document. */
export function openAnthropicBodyGate(watch: GateWatch): ReplyGate {
  return {
    read: (json): GateReading => {
      const ended = arrayAt(json, 'content').flatMap((block, i) =>
        typesOf(watch).includes(stringAt(block, 'type') ?? '')
          ? [unitOf(String(i), { block, text: '' })]
          : [],
      );
      return { ended, isOpen: false };
    },
    rewrite: (json, event, refused) => {
      if (!isObject(json) || refused.size === 0) return null;
      const content = arrayAt(json, 'content').map((block, i) => {
        const text = refused.get(String(i));
        return text === undefined ? block : { type: 'text', text };
      });
      const hasCalls = content.some((block) => stringAt(block, 'type') === 'tool_use');
      const isEnded = !hasCalls && json['stop_reason'] === 'tool_use';
      return [{ event, json: { ...json, content, ...(isEnded ? ENDED : {}) } }];
    },
  };
}
