// Items of OpenAI's Responses API, the same in requests (`input`) and replies (`output`).
import { arrayAt, isObject, isString, objectAt, stringAt } from '../model/json.ts';
import type { Block, Message, TextSite } from '../model/wire.ts';
import {
  base64Bytes,
  callBlock,
  jsonCallBlock,
  mediaFromUrl,
  otherBlock,
  plainText,
  textBlock,
  thinkingBlock,
} from './blocks.ts';
import type { JsonPath } from './json-spans.ts';
import { wholeSite } from './sites.ts';

/** @returns an item's tool as the model names it, namespace first where it has one. */
export function itemTool(item: unknown): string | null {
  const name = stringAt(item, 'name');
  const namespace = stringAt(item, 'namespace');
  if (name === null) return stringAt(item, 'type')?.replace(/_call$/, '') ?? null;
  return namespace === null ? name : `${namespace}.${name}`;
}

/** @returns the message that an item is, or is part of. */
export function parseItem(item: unknown): Message {
  const type = stringAt(item, 'type') ?? 'message';
  if (type === 'message') {
    const content = isObject(item) ? item['content'] : undefined;
    return { role: parseRole(stringAt(item, 'role')), blocks: parseContent(content) };
  }
  if (type.endsWith('_output')) return { role: 'tool', blocks: [parseOutput(item)] };
  return { role: 'assistant', blocks: [parseCallItem(item, type)] };
}

function parseRole(role: string | null): Message['role'] {
  if (role === 'developer' || role === 'system') return 'system';
  return role === 'assistant' ? 'assistant' : 'user';
}

function parseContent(content: unknown): readonly Block[] {
  if (isString(content)) return [textBlock(content)];
  return Array.isArray(content) ? content.map(parsePart) : [];
}

function parsePart(part: unknown): Block {
  const type = stringAt(part, 'type');
  const text = stringAt(part, 'text') ?? stringAt(part, 'refusal');
  if (text !== null) return type === 'reasoning_text' ? thinkingBlock(text) : textBlock(text);
  if (type === 'input_image') return mediaFromUrl(stringAt(part, 'image_url'), 'image');
  if (type === 'input_file') return mediaFromUrl(stringAt(part, 'file_data'), 'file');
  return otherBlock(type);
}

/** What a tool gave back; whether it went well is in its words, the format has no flag for most tools. */
function parseOutput(item: unknown): Block {
  const output = isObject(item) ? item['output'] : undefined;
  return {
    kind: 'tool-result',
    result: {
      callId: stringAt(item, 'call_id'),
      name: stringAt(item, 'name'),
      text: isObject(output) ? JSON.stringify(output) : plainText(output),
      isError: stringAt(item, 'status') === 'failed' ? true : null,
    },
  };
}

function parseCallItem(item: unknown, type: string): Block {
  const facts = { id: stringAt(item, 'call_id') ?? stringAt(item, 'id'), name: itemTool(item) };
  switch (type) {
    case 'reasoning':
      return thinkingBlock(
        [...arrayAt(item, 'summary'), ...arrayAt(item, 'content')]
          .map((part) => textOf(part, 'text'))
          .join('\n'),
      );
    case 'function_call':
    case 'mcp_call':
      return jsonCallBlock({ ...facts, text: textOf(item, 'arguments') });
    case 'custom_tool_call':
      return callBlock({ ...facts, input: textOf(item, 'input') });
    case 'local_shell_call':
    case 'shell_call':
      return callBlock({ ...facts, input: objectAt(item, 'action') });
    case 'apply_patch_call':
      return callBlock({ ...facts, input: objectAt(item, 'operation') });
    case 'image_generation_call':
      return { kind: 'media', mediaType: 'image', bytes: base64Bytes(textOf(item, 'result')) };
    default:
      return otherBlock(type);
  }
}

const textOf = (holder: unknown, key: string): string => stringAt(holder, key) ?? '';

/** Where the text is in an item that is there as a whole: later copies of what deltas said. */
export function itemSites(item: unknown, path: JsonPath): readonly TextSite[] {
  const type = stringAt(item, 'type');
  const key = stringAt(item, 'id') ?? path.join('.');
  const tool = itemTool(item);
  switch (type) {
    case 'message':
      return arrayAt(item, 'content').flatMap((part, i) =>
        partSites(part, { key: `${key}:${i}`, path: [...path, 'content', i], isSealed: false }),
      );
    case 'reasoning':
      return ['summary', 'content'].flatMap((list) =>
        arrayAt(item, list).flatMap((part, i) =>
          partSites(part, { key: `${key}:${list}:${i}`, path: [...path, list, i], isSealed: true }),
        ),
      );
    case 'function_call':
    case 'mcp_call': {
      const at = { channel: `${key}:arguments`, path: [...path, 'arguments'] };
      return has(item, 'arguments') ? [wholeSite({ ...at, field: 'arguments', tool })] : [];
    }
    case 'custom_tool_call': {
      const at = { channel: `${key}:input`, path: [...path, 'input'] };
      return has(item, 'input') ? [wholeSite({ ...at, field: 'freeform', tool })] : [];
    }
    case null:
    default:
      return [];
  }
}

const has = (item: unknown, key: string): boolean => (stringAt(item, key) ?? '') !== '';

interface PartPlace {
  readonly key: string;
  readonly path: JsonPath;
  readonly isSealed: boolean;
}

/** Sites of one content part. */
export function partSites(part: unknown, place: PartPlace): readonly TextSite[] {
  return ['text', 'refusal', 'transcript']
    .filter((name) => has(part, name))
    .map((name) =>
      wholeSite({
        channel: `${place.key}:${name}`,
        path: [...place.path, name],
        field: place.isSealed ? 'sealed' : 'text',
      }),
    );
}
