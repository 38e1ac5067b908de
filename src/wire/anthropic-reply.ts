// A Messages reply put together from its events.
import { arrayAt, numberAt, objectAt, stringAt } from '../model/json.ts';
import type { Block, Usage } from '../model/wire.ts';
import { parseAnthropicBlock } from './anthropic-blocks.ts';
import { jsonCallBlock, mergeUsage, textBlock, thinkingBlock, usageFrom } from './blocks.ts';
import { NO_USAGE, type ReplyReader } from './format.ts';

interface Building {
  readonly start: unknown;
  /** All deltas: those that came lately one by one, the others joined. */
  text: string;
  recent: string[];
  isClosed: boolean;
}

const USAGE = {
  inputTokens: ['input_tokens'],
  outputTokens: ['output_tokens'],
  cacheReadTokens: ['cache_read_input_tokens'],
  cacheWriteTokens: ['cache_creation_input_tokens'],
} as const;

const DELTA_KEYS = ['text', 'partial_json', 'thinking'] as const;

interface State {
  readonly blocks: Map<number, Building>;
  model: string | null;
  stopReason: string | null;
  usage: Usage;
  error: string | null;
  isEnded: boolean;
}

export function openAnthropicReply(): ReplyReader {
  const state: State = {
    blocks: new Map(),
    model: null,
    stopReason: null,
    usage: NO_USAGE,
    error: null,
    isEnded: false,
  };
  return {
    push: (json, event) => {
      const type = stringAt(json, 'type') ?? event;
      if (type?.startsWith('content_block_') === true) onBlock(state, type, json);
      else onMessage(state, type, json);
    },
    finish: (isCut) => ({
      model: state.model,
      stopReason: state.stopReason,
      usage: state.usage,
      blocks: [...state.blocks]
        .toSorted(([a], [b]) => a - b)
        .flatMap(([, block]) => finishBlock(block)),
      isComplete: state.isEnded && !isCut && state.error === null,
      error: state.error,
    }),
  };
}

function onMessage(state: State, type: string | null, json: unknown): void {
  if (type === 'message_start') start(state, objectAt(json, 'message'));
  else if (type === 'message_stop') state.isEnded = true;
  else if (type === 'message_delta') {
    state.stopReason = stringAt(objectAt(json, 'delta'), 'stop_reason') ?? state.stopReason;
    state.usage = mergeUsage(state.usage, usageFrom(objectAt(json, 'usage'), USAGE));
  } else if (type === 'error')
    state.error = stringAt(objectAt(json, 'error'), 'message') ?? 'unknown error';
}

function start(state: State, message: unknown): void {
  state.model = stringAt(message, 'model');
  state.stopReason = stringAt(message, 'stop_reason');
  state.usage = usageFrom(objectAt(message, 'usage'), USAGE);
  for (const [i, block] of arrayAt(message, 'content').entries())
    state.blocks.set(i, { start: block, text: '', recent: [], isClosed: true });
}

function onBlock(state: State, type: string, json: unknown): void {
  const index = numberAt(json, 'index') ?? 0;
  const block = state.blocks.get(index);
  if (type === 'content_block_start') {
    const first = objectAt(json, 'content_block');
    state.blocks.set(index, { start: first, text: '', recent: [], isClosed: false });
  } else if (type === 'content_block_delta') append(block, objectAt(json, 'delta'));
  else if (block !== undefined) block.isClosed = true;
}

function append(block: Building | undefined, delta: unknown): void {
  for (const key of DELTA_KEYS) {
    const text = stringAt(delta, key);
    if (text !== null && block !== undefined) addText(block, text);
  }
}

/** Kept one by one, the thousands of pieces of a long reply would be looked at by each collection of garbage. */
const RECENT_MAX = 256;

function addText(block: Building, text: string): void {
  block.recent.push(text);
  if (block.recent.length >= RECENT_MAX) takeRecent(block);
}

function takeRecent(block: Building): string {
  block.text += block.recent.join('');
  block.recent = [];
  return block.text;
}

function finishBlock(block: Building): readonly Block[] {
  const type = stringAt(block.start, 'type');
  const text = takeRecent(block);
  if (type === 'text') return [textBlock((stringAt(block.start, 'text') ?? '') + text)];
  if (type === 'thinking') return [thinkingBlock((stringAt(block.start, 'thinking') ?? '') + text)];
  if (type !== 'tool_use' && type !== 'server_tool_use') return [parseAnthropicBlock(block.start)];
  if (!block.isClosed) return []; // clients throw an unfinished call away
  if (text === '') return [parseAnthropicBlock(block.start)];
  const id = stringAt(block.start, 'id');
  return [jsonCallBlock({ id, name: stringAt(block.start, 'name'), text })];
}
