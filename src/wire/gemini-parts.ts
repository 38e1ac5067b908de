// Parts of Gemini contents, the same in requests and replies.
import { isObject, isString, objectAt, stringAt } from '../model/json.ts';
import type { Block } from '../model/wire.ts';
import { base64Bytes, callBlock, otherBlock, textBlock, thinkingBlock } from './blocks.ts';

export function parsePart(part: unknown): Block {
  const text = stringAt(part, 'text');
  if (text !== null) return isThought(part) ? thinkingBlock(text) : textBlock(text);
  const call = member(part, 'functionCall', 'function_call');
  if (call !== null) return parseCall(call);
  const response = member(part, 'functionResponse', 'function_response');
  if (response !== null) return parseResult(response);
  const media = member(part, 'inlineData', 'inline_data') ?? member(part, 'fileData', 'file_data');
  if (media !== null) return parseMedia(media);
  return otherBlock(isObject(part) ? (Object.keys(part)[0] ?? null) : null);
}

const parseCall = (call: unknown): Block =>
  callBlock({
    id: stringAt(call, 'id'),
    name: stringAt(call, 'name'),
    input: objectAt(call, 'args'),
  });

function parseMedia(media: unknown): Block {
  const mediaType = stringAt(media, 'mimeType') ?? stringAt(media, 'mime_type') ?? 'unknown';
  return { kind: 'media', mediaType, bytes: base64Bytes(stringAt(media, 'data') ?? '') };
}

export const isThought = (part: unknown): boolean => isObject(part) && part['thought'] === true;

function member(
  part: unknown,
  camel: string,
  snake: string,
): Readonly<Record<string, unknown>> | null {
  const found = isObject(part) ? (part[camel] ?? part[snake]) : undefined;
  return isObject(found) ? found : null;
}

/** Tools answer in an object of their own; by convention `output` is the result and `error` what went wrong. */
function parseResult(response: unknown): Block {
  const answer = objectAt(response, 'response');
  const said = answer['error'] ?? answer['output'] ?? answer['result'] ?? answer['content'];
  return {
    kind: 'tool-result',
    result: {
      callId: stringAt(response, 'id'),
      name: stringAt(response, 'name'),
      text: isString(said) ? said : JSON.stringify(said ?? answer),
      isError: 'error' in answer ? true : 'output' in answer ? false : null,
    },
  };
}
