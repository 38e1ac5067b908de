// OpenAI's Chat Completions and the servers that speak it: POST /v1/chat/completions, streamed or not.
import { arrayAt, isObject, isString, objectAt, stringAt } from '../model/json.ts';
import type { Block, Message, WireReply, WireRequest } from '../model/wire.ts';
import {
  callBlock,
  jsonCallBlock,
  mediaFromUrl,
  otherBlock,
  pathEnds,
  plainText,
  textBlock,
  thinkingBlock,
  toolNamesIn,
} from './blocks.ts';
import { openChatReply } from './chat-reply.ts';
import { chatBodySites, openChatSites } from './chat-sites.ts';
import type { WireFormat } from './format.ts';
import { openAiError } from './openai-error.ts';
import { openChatGate } from './chat-gate.ts';

export const openAiChat: WireFormat = {
  name: 'openai-chat',
  matches: (method, path) => method === 'POST' && pathEnds(path, '/chat/completions'),
  parseRequest,
  parseReply: (body): WireReply => {
    const reader = openChatReply();
    reader.push(body, null);
    return reader.finish(false);
  },
  bodySites: chatBodySites,
  openSiteReader: openChatSites,
  openReplyReader: openChatReply,
  openGate: openChatGate,
  openBodyGate: openChatGate,
  errorBody: (error) => JSON.stringify(openAiError(error)),
  // clients raise the error of a chunk that has one; [DONE] would say that all is well
  errorEvent: (error) => `data: ${JSON.stringify(openAiError(error))}\n\n`,
};

function parseRequest(body: unknown): WireRequest {
  return {
    model: stringAt(body, 'model'),
    isStream: isObject(body) && body['stream'] === true,
    messages: arrayAt(body, 'messages').map(parseMessage),
    toolNames: [
      ...toolNamesIn(body, 'tools'),
      ...arrayAt(body, 'tools').flatMap((tool) => stringAt(objectAt(tool, 'custom'), 'name') ?? []),
      ...toolNamesIn(body, 'functions'),
    ],
  };
}

const ROLES: Readonly<Record<string, Message['role']>> = {
  system: 'system',
  developer: 'system',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
};

function parseMessage(message: unknown): Message {
  const role = ROLES[stringAt(message, 'role') ?? ''] ?? 'user';
  const content = isObject(message) ? message['content'] : undefined;
  if (role === 'tool') return { role, blocks: [parseResult(message, content)] };
  const thinking = stringAt(message, 'reasoning_content') ?? stringAt(message, 'reasoning') ?? '';
  return {
    role,
    blocks: [
      ...(thinking === '' ? [] : [thinkingBlock(thinking)]),
      ...parseContent(content),
      ...arrayAt(message, 'tool_calls').map(parseCall),
    ],
  };
}

function parseResult(message: unknown, content: unknown): Block {
  return {
    kind: 'tool-result',
    result: {
      callId: stringAt(message, 'tool_call_id'),
      name: stringAt(message, 'name'),
      text: plainText(content),
      isError: null, // the format has no flag
    },
  };
}

function parseContent(content: unknown): readonly Block[] {
  if (isString(content)) return content === '' ? [] : [textBlock(content)];
  return Array.isArray(content) ? content.map(parsePart) : [];
}

function parsePart(part: unknown): Block {
  const type = stringAt(part, 'type');
  switch (type) {
    case 'text':
    case 'refusal':
      return textBlock(stringAt(part, type) ?? '');
    case 'image_url':
      return mediaFromUrl(stringAt(objectAt(part, 'image_url'), 'url'), 'image');
    case 'input_audio':
      return mediaFromUrl(`data:audio,${stringAt(objectAt(part, type), 'data') ?? ''}`, 'audio');
    case 'file':
      return mediaFromUrl(stringAt(objectAt(part, 'file'), 'file_data'), 'file');
    case null:
    default:
      return otherBlock(type);
  }
}

function parseCall(call: unknown): Block {
  const id = stringAt(call, 'id');
  const custom = objectAt(call, 'custom');
  if (isString(custom['input']))
    return callBlock({ id, name: stringAt(custom, 'name'), input: custom['input'] });
  const made = objectAt(call, 'function');
  return jsonCallBlock({
    id,
    name: stringAt(made, 'name'),
    text: stringAt(made, 'arguments') ?? '',
  });
}
