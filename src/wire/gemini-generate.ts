// Google's generateContent and streamGenerateContent: SSE with alt=sse, else a JSON array that arrives in pieces;
// behind Code Assist (`/v1internal:`) request and reply are wrapped once more.
import { arrayAt, isObject, isString, objectAt, stringAt } from '../model/json.ts';
import type { Block, Message, WireReply, WireRequest } from '../model/wire.ts';
import { mergeUsage, toolNamesIn, usageFrom } from './blocks.ts';
import { NO_USAGE, type ReplyReader, type WireError, type WireFormat } from './format.ts';
import { parsePart } from './gemini-parts.ts';
import { geminiBodySites, openGeminiSites } from './gemini-sites.ts';
import { openGeminiGate } from './gemini-gate.ts';

const PATH =
  /(?:\/models\/([^/:]+)|\/v1internal|\/tunedModels\/([^/:]+)):(stream)?[gG]enerateContent\/?(?:\?.*)?$/;

export const geminiGenerate: WireFormat = {
  name: 'gemini',
  matches: (method, path) => method === 'POST' && PATH.test(path),
  parseRequest,
  parseReply: (body): WireReply => {
    const reader = openGeminiReply();
    for (const one of Array.isArray(body) ? body : [body]) reader.push(one, null);
    return reader.finish(false);
  },
  bodySites: geminiBodySites,
  openSiteReader: openGeminiSites,
  openReplyReader: openGeminiReply,
  openGate: openGeminiGate,
  openBodyGate: openGeminiGate,
  errorBody: (error) => JSON.stringify(errorOf(error)),
  errorEvent: (error) => `data: ${JSON.stringify(errorOf(error))}\r\n\r\n`,
};

const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
};

const errorOf = (error: WireError): object => ({
  error: {
    code: error.status,
    message: `aitrail: ${error.message} (${error.code})`,
    status: STATUSES[error.status] ?? 'INTERNAL',
  },
});

function parseRequest(body: unknown, path: string): WireRequest {
  const found = PATH.exec(path);
  const inner = isObject(body) && isObject(body['request']) ? body['request'] : body;
  const system = {
    ...objectAt(inner, 'system_instruction'),
    ...objectAt(inner, 'systemInstruction'),
  };
  const first: readonly Message[] =
    Object.keys(system).length === 0 ? [] : [{ role: 'system', blocks: partsOf(system) }];
  return {
    model: found?.[1] ?? found?.[2] ?? stringAt(body, 'model'),
    isStream: found?.[3] !== undefined,
    messages: [...first, ...arrayAt(inner, 'contents').map(parseContent)],
    toolNames: arrayAt(inner, 'tools').flatMap((tool) => [
      ...toolNamesIn(tool, 'functionDeclarations'),
      ...toolNamesIn(tool, 'function_declarations'),
    ]),
  };
}

const partsOf = (content: unknown): readonly Block[] => arrayAt(content, 'parts').map(parsePart);

function parseContent(content: unknown): Message {
  const blocks = partsOf(content);
  const isResult = blocks.length > 0 && blocks.every((block) => block.kind === 'tool-result');
  if (isResult) return { role: 'tool', blocks };
  return { role: stringAt(content, 'role') === 'model' ? 'assistant' : 'user', blocks };
}

const USAGE = {
  inputTokens: ['promptTokenCount'],
  outputTokens: ['candidatesTokenCount'],
  cacheReadTokens: ['cachedContentTokenCount'],
  cacheWriteTokens: [],
} as const;

const NOTHING = { model: null, stopReason: null, usage: NO_USAGE, error: null } as const;

/** Chunks are whole replies with the next few parts in them; text in neighbouring parts is one text. */
function openGeminiReply(): ReplyReader {
  const blocks: Block[] = [];
  let reply: Omit<WireReply, 'blocks' | 'isComplete'> = NOTHING;
  return {
    push: (json) => {
      const inner = isObject(json) && isObject(json['response']) ? json['response'] : json;
      const candidate = arrayAt(inner, 'candidates')[0];
      for (const block of partsOf(objectAt(candidate, 'content'))) append(blocks, block);
      reply = {
        model: stringAt(inner, 'modelVersion') ?? reply.model,
        stopReason: stringAt(candidate, 'finishReason') ?? blockReason(inner) ?? reply.stopReason,
        usage: mergeUsage(reply.usage, usageFrom(objectAt(inner, 'usageMetadata'), USAGE)),
        error: errorIn(inner) ?? reply.error,
      };
    },
    finish: (isCut) => ({
      ...reply,
      blocks,
      isComplete: reply.stopReason !== null && !isCut && reply.error === null,
    }),
  };
}

const blockReason = (reply: unknown): string | null =>
  stringAt(objectAt(reply, 'promptFeedback'), 'blockReason');

function errorIn(reply: unknown): string | null {
  const error = isObject(reply) ? reply['error'] : undefined;
  if (isString(error)) return error;
  return isObject(error) ? (stringAt(error, 'message') ?? 'unknown error') : null;
}

function append(blocks: Block[], block: Block): void {
  const last = blocks.at(-1);
  if (last?.kind === 'text' && block.kind === 'text')
    blocks[blocks.length - 1] = { kind: 'text', text: last.text + block.text };
  else if (last?.kind === 'thinking' && block.kind === 'thinking')
    blocks[blocks.length - 1] = { kind: 'thinking', text: last.text + block.text };
  else blocks.push(block);
}
