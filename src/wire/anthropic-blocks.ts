// Content blocks of the Messages API, the same in requests and replies.
import { isObject, objectAt, stringAt } from '../model/json.ts';
import type { Block } from '../model/wire.ts';
import {
  base64Bytes,
  callBlock,
  mediaFromUrl,
  otherBlock,
  plainText,
  textBlock,
  thinkingBlock,
} from './blocks.ts';

const PARSERS: Readonly<Record<string, (block: unknown) => Block>> = {
  text: (block) => textBlock(stringAt(block, 'text') ?? ''),
  thinking: (block) => thinkingBlock(stringAt(block, 'thinking') ?? ''),
  tool_use: parseCall,
  server_tool_use: parseCall,
  tool_result: parseToolResult,
  image: parseMedia,
  document: parseMedia,
};

/** One content block of a request or of a whole reply. */
export function parseAnthropicBlock(block: unknown): Block {
  const type = stringAt(block, 'type');
  return PARSERS[type ?? '']?.(block) ?? otherBlock(type);
}

function parseCall(block: unknown): Block {
  return callBlock({
    id: stringAt(block, 'id'),
    name: stringAt(block, 'name'),
    input: objectAt(block, 'input'),
  });
}

function parseToolResult(block: unknown): Block {
  const isError = isObject(block) && block['is_error'] === true;
  const content = isObject(block) ? block['content'] : undefined;
  return {
    kind: 'tool-result',
    result: {
      callId: stringAt(block, 'tool_use_id'),
      name: null,
      text: plainText(content),
      isError, // the flag is left out where all went well
    },
  };
}

function parseMedia(block: unknown): Block {
  const source = objectAt(block, 'source');
  const mediaType = stringAt(source, 'media_type') ?? stringAt(block, 'type') ?? 'unknown';
  if (stringAt(source, 'type') === 'text') return textBlock(stringAt(source, 'data') ?? '');
  if (stringAt(source, 'type') === 'url') return mediaFromUrl(stringAt(source, 'url'), mediaType);
  return { kind: 'media', mediaType, bytes: base64Bytes(stringAt(source, 'data') ?? '') };
}
