// OpenAI's Responses API: POST /v1/responses, streamed or not; the frames of its WebSocket are the same events.
import { arrayAt, isObject, isString, numberAt, objectAt, stringAt } from '../model/json.ts';
import type { Block, Message, WireReply, WireRequest } from '../model/wire.ts';
import { pathEnds, textBlock, toolNamesIn, usageFrom } from './blocks.ts';
import { NO_USAGE, type ReplyReader, type WireFormat } from './format.ts';
import { openAiError, openAiErrorMessage } from './openai-error.ts';
import { parseItem } from './responses-items.ts';
import { openResponsesSites, responseBodySites } from './responses-sites.ts';
import { restSites } from './sites.ts';
import { openResponsesBodyGate, openResponsesGate } from './responses-gate.ts';

export const openAiResponses: WireFormat = {
  name: 'openai-responses',
  // GET: the handshake of its WebSocket
  matches: (method, path) =>
    (method === 'POST' || method === 'GET') && pathEnds(path, '/responses'),
  parseRequest,
  parseReply,
  bodySites: (body) => {
    const sites = responseBodySites(body);
    return [...sites, ...restSites(body, sites)];
  },
  openSiteReader: openResponsesSites,
  openReplyReader: openResponsesReply,
  openGate: openResponsesGate,
  openBodyGate: openResponsesBodyGate,
  errorBody: (error) => JSON.stringify(openAiError(error)),
  errorEvent: (error) => {
    const response = { object: 'response', status: 'failed', output: [], ...openAiError(error) };
    const data = { type: 'response.failed', sequence_number: 0, response };
    return `event: response.failed\ndata: ${JSON.stringify(data)}\n\n`;
  },
};

function parseRequest(body: unknown): WireRequest {
  const instructions = stringAt(body, 'instructions');
  const messages: Message[] =
    instructions === null ? [] : [{ role: 'system', blocks: [textBlock(instructions)] }];
  const input = isObject(body) ? body['input'] : undefined;
  if (isString(input)) messages.push({ role: 'user', blocks: [textBlock(input)] });
  else messages.push(...arrayAt(body, 'input').map(parseItem));
  return {
    model: stringAt(body, 'model'),
    isStream: isObject(body) && body['stream'] === true,
    messages,
    toolNames: [...toolNamesIn(body, 'tools'), ...arrayAt(body, 'input').flatMap(namesInItem)],
  };
}

/** Some models get their tools as an item of the input, in namespaces. */
function namesInItem(item: unknown): readonly string[] {
  if (stringAt(item, 'type') !== 'additional_tools') return [];
  return arrayAt(item, 'tools').flatMap((tool) => {
    const inner = toolNamesIn(tool, 'tools');
    const name = stringAt(tool, 'name');
    if (inner.length > 0) return inner.map((one) => (name === null ? one : `${name}.${one}`));
    return name === null ? [] : [name];
  });
}

const USAGE = {
  inputTokens: ['input_tokens'],
  outputTokens: ['output_tokens'],
  cacheReadTokens: ['input_tokens_details.cached_tokens'],
  cacheWriteTokens: [],
} as const;

function parseReply(body: unknown): WireReply {
  const status = stringAt(body, 'status');
  const details = objectAt(body, 'incomplete_details');
  const error = openAiErrorMessage(body);
  return {
    model: stringAt(body, 'model'),
    stopReason: stringAt(details, 'reason') ?? status,
    usage: usageFrom(objectAt(body, 'usage'), USAGE),
    blocks: arrayAt(body, 'output').flatMap((item) => parseItem(item).blocks),
    isComplete: error === null && status !== 'failed' && status !== 'in_progress',
    error,
  };
}

interface State {
  readonly items: Map<number, readonly Block[]>;
  /** Of the event that ends the stream. */
  last: WireReply | null;
  model: string | null;
  error: string | null;
}

/** Items count as they end (`output_item.done`); the last event's copy of them only where none had ended. */
function openResponsesReply(): ReplyReader {
  const state: State = { items: new Map(), last: null, model: null, error: null };
  return {
    push: (json, event) => take(state, json, stringAt(json, 'type') ?? event ?? ''),
    finish: (isCut) => {
      const ended = [...state.items].toSorted(([a], [b]) => a - b).flatMap(([, blocks]) => blocks);
      const last = state.last ?? NOTHING;
      return {
        ...last,
        model: last.model ?? state.model,
        blocks: ended.length > 0 ? ended : last.blocks,
        isComplete: last.isComplete && !isCut && state.error === null,
        error: state.error ?? last.error,
      };
    },
  };
}

const NOTHING: WireReply = {
  model: null,
  stopReason: null,
  usage: NO_USAGE,
  blocks: [],
  isComplete: false,
  error: null,
};

const OPENING = new Set(['response.created', 'response.in_progress', 'response.queued']);

function take(state: State, json: unknown, type: string): void {
  const response = isObject(json) ? json['response'] : undefined;
  if (type === 'response.output_item.done') {
    const index = numberAt(json, 'output_index') ?? state.items.size;
    state.items.set(index, parseItem(objectAt(json, 'item')).blocks);
  } else if (type === 'error') {
    state.error = stringAt(json, 'message') ?? openAiErrorMessage(json) ?? 'unknown error';
  } else if (isObject(response)) {
    state.model = stringAt(response, 'model') ?? state.model;
    if (!OPENING.has(type)) state.last = parseReply(response);
  }
}
