// A Chat Completions reply put together from its chunks.
import { arrayAt, isObject, numberAt, objectAt, stringAt } from '../model/json.ts';
import type { Block, Usage, WireReply } from '../model/wire.ts';
import {
  callBlock,
  jsonCallBlock,
  mergeUsage,
  textBlock,
  thinkingBlock,
  usageFrom,
} from './blocks.ts';
import { NO_USAGE, type ReplyReader } from './format.ts';
import { openAiErrorMessage } from './openai-error.ts';

const USAGE = {
  inputTokens: ['prompt_tokens'],
  outputTokens: ['completion_tokens'],
  cacheReadTokens: ['prompt_tokens_details.cached_tokens', 'prompt_cache_hit_tokens'],
  cacheWriteTokens: ['prompt_tokens_details.cache_write_tokens'],
} as const;

interface Call {
  id: string | null;
  name: string;
  text: string;
  isCustom: boolean;
}

interface Choice {
  text: string;
  thinking: string;
  readonly calls: Map<number, Call>;
  finish: string | null;
}

interface State {
  readonly choices: Map<number, Choice>;
  model: string | null;
  usage: Usage;
  error: string | null;
}

export function openChatReply(): ReplyReader {
  const state: State = { choices: new Map(), model: null, usage: NO_USAGE, error: null };
  return {
    push: (json) => {
      state.model = stringAt(json, 'model') ?? state.model;
      state.error = openAiErrorMessage(json) ?? state.error;
      if (isObject(json) && isObject(json['usage']))
        state.usage = mergeUsage(state.usage, usageFrom(json['usage'], USAGE));
      for (const [i, choice] of arrayAt(json, 'choices').entries())
        take(choiceOf(state, numberAt(choice, 'index') ?? i), choice);
    },
    finish: (isCut) => finish(state, isCut),
  };
}

function choiceOf(state: State, index: number): Choice {
  const found = state.choices.get(index) ?? {
    text: '',
    thinking: '',
    calls: new Map<number, Call>(),
    finish: null,
  };
  state.choices.set(index, found);
  return found;
}

/** @param json a choice of a chunk (`delta`) or of a whole completion (`message`). */
function take(choice: Choice, json: unknown): void {
  const delta = { ...objectAt(json, 'delta'), ...objectAt(json, 'message') };
  choice.text += stringAt(delta, 'content') ?? stringAt(delta, 'refusal') ?? '';
  choice.thinking += stringAt(delta, 'reasoning_content') ?? stringAt(delta, 'reasoning') ?? '';
  choice.finish = stringAt(json, 'finish_reason') ?? choice.finish;
  for (const [i, call] of arrayAt(delta, 'tool_calls').entries())
    takeCall(choice, numberAt(call, 'index') ?? i, call);
  const legacy = delta['function_call'];
  if (isObject(legacy)) takeCall(choice, 0, { function: legacy });
}

function takeCall(choice: Choice, index: number, json: unknown): void {
  const made = objectAt(json, 'function');
  const custom = objectAt(json, 'custom');
  const call = choice.calls.get(index) ?? { id: null, name: '', text: '', isCustom: false };
  choice.calls.set(index, call);
  call.id ??= stringAt(json, 'id');
  call.name += stringAt(made, 'name') ?? stringAt(custom, 'name') ?? '';
  call.text += stringAt(made, 'arguments') ?? stringAt(custom, 'input') ?? '';
  call.isCustom ||= Object.keys(custom).length > 0;
}

function finish(state: State, isCut: boolean): WireReply {
  const choices = [...state.choices].toSorted(([a], [b]) => a - b).map(([, choice]) => choice);
  const isFinished = choices.length > 0 && choices.every((choice) => choice.finish !== null);
  return {
    model: state.model,
    stopReason: choices[0]?.finish ?? null,
    usage: state.usage,
    blocks: choices.flatMap((choice) => blocksOf(choice)),
    isComplete: isFinished && !isCut && state.error === null,
    error: state.error,
  };
}

function blocksOf(choice: Choice): readonly Block[] {
  const blocks: Block[] = [];
  if (choice.thinking !== '') blocks.push(thinkingBlock(choice.thinking));
  if (choice.text !== '') blocks.push(textBlock(choice.text));
  if (choice.finish === null) return blocks; // clients throw unfinished calls away
  const calls = [...choice.calls].toSorted(([a], [b]) => a - b);
  for (const [, call] of calls)
    blocks.push(call.isCustom ? callBlock({ ...call, input: call.text }) : jsonCallBlock(call));
  return blocks;
}
