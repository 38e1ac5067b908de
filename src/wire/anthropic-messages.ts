// Anthropic's Messages API: POST /v1/messages, streamed or not.
import { arrayAt, isObject, isString, stringAt } from '../model/json.ts';
import type { Block, Message, WireReply, WireRequest } from '../model/wire.ts';
import { openAnthropicReply } from './anthropic-reply.ts';
import { anthropicBlockSites, openAnthropicSites } from './anthropic-sites.ts';
import { parseAnthropicBlock } from './anthropic-blocks.ts';
import { pathEnds, textBlock, toolNamesIn } from './blocks.ts';
import type { WireError, WireFormat } from './format.ts';
import { restSites } from './sites.ts';
import { openAnthropicBodyGate, openAnthropicGate } from './anthropic-gate.ts';

export const anthropicMessages: WireFormat = {
  name: 'anthropic-messages',
  matches: (method, path) => method === 'POST' && pathEnds(path, '/messages'),
  parseRequest,
  parseReply,
  bodySites: (body) => {
    const sites = arrayAt(body, 'content').flatMap((block, i) =>
      anthropicBlockSites(block, ['content', i]),
    );
    return [...sites, ...restSites(body, sites)];
  },
  openSiteReader: openAnthropicSites,
  openReplyReader: openAnthropicReply,
  openGate: openAnthropicGate,
  openBodyGate: openAnthropicBodyGate,
  errorBody: (error) => JSON.stringify(errorOf(error)),
  errorEvent: (error) => `event: error\ndata: ${JSON.stringify(errorOf(error))}\n\n`,
};

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

function errorOf(error: WireError): object {
  const type = ERROR_TYPES[error.status] ?? 'api_error';
  return { type: 'error', error: { type, message: `aitrail: ${error.message} (${error.code})` } };
}

function parseRequest(body: unknown): WireRequest {
  const system = isObject(body) ? body['system'] : undefined;
  const messages: Message[] =
    system === undefined ? [] : [{ role: 'system', blocks: parseContent(system) }];
  for (const message of arrayAt(body, 'messages')) {
    const blocks = parseContent(isObject(message) ? message['content'] : undefined);
    messages.push({ role: parseRole(stringAt(message, 'role')), blocks });
  }
  return {
    model: stringAt(body, 'model'),
    isStream: isObject(body) && body['stream'] === true,
    messages,
    toolNames: toolNamesIn(body, 'tools'),
  };
}

const parseRole = (role: string | null): Message['role'] =>
  role === 'assistant' || role === 'system' ? role : 'user';

function parseContent(content: unknown): readonly Block[] {
  if (isString(content)) return [textBlock(content)];
  return Array.isArray(content) ? content.map(parseAnthropicBlock) : [];
}

/** A reply document is what a stream's `message_start` would have announced, with all of its content. */
function parseReply(body: unknown): WireReply {
  const reader = openAnthropicReply();
  if (stringAt(body, 'type') === 'error') reader.push(body, 'error');
  else {
    reader.push({ type: 'message_start', message: body }, null);
    reader.push({ type: 'message_stop' }, null);
  }
  return reader.finish(false);
}
