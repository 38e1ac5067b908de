// Pieces that all formats share: blocks from loose JSON.
import { arrayAt, isObject, isString, numberAt, parseJson, stringAt } from '../model/json.ts';
import type { Block, Usage } from '../model/wire.ts';

export const textBlock = (text: string): Block => ({ kind: 'text', text });
export const thinkingBlock = (text: string): Block => ({ kind: 'thinking', text });
export const otherBlock = (type: string | null): Block => ({
  kind: 'other',
  type: type ?? 'unknown',
});

/** A call whose arguments never became whole: nothing may be read from it. */
const PARTIAL_CALL: Block = { kind: 'other', type: 'partial-tool-call' };

interface CallFacts {
  readonly id: string | null;
  readonly name: string | null;
  readonly input: unknown;
}

export const callBlock = (facts: CallFacts): Block => ({
  kind: 'tool-call',
  call: { id: facts.id, name: facts.name ?? '', input: facts.input },
});

/** @param text the arguments as JSON text; no arguments at all count as an empty object. */
export function jsonCallBlock(facts: Omit<CallFacts, 'input'> & { readonly text: string }): Block {
  const input = facts.text.trim() === '' ? {} : parseJson(facts.text);
  return input === undefined ? PARTIAL_CALL : callBlock({ ...facts, input });
}

/** @returns bytes that base64 text stands for. */
export const base64Bytes = (text: string): number =>
  Math.floor((text.length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0)) * 0.75);

/** @param url `data:` URL or any other; what is elsewhere counts no bytes. */
export function mediaFromUrl(url: string | null, fallback: string): Block {
  const found = /^data:([^;,]*)[^,]*,/.exec(url ?? '');
  if (url === null || found === null) return { kind: 'media', mediaType: fallback, bytes: 0 };
  const mediaType = found[1] === undefined || found[1] === '' ? fallback : found[1];
  return { kind: 'media', mediaType, bytes: base64Bytes(url.slice(found[0].length)) };
}

/** Text of a content that is a string or a list of parts with `text`. */
export function plainText(content: unknown): string {
  if (isString(content)) return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part) => (isString(part) ? part : (stringAt(part, 'text') ?? '')))
    .filter((text) => text !== '')
    .join('\n');
}

/** Usage from whichever of the given names a number stands under. */
export function usageFrom(
  usage: unknown,
  names: { readonly [K in keyof Usage]: readonly string[] },
): Usage {
  const pick = (keys: readonly string[]): number | null => {
    for (const key of keys) {
      const [outer = '', inner] = key.split('.');
      const holder = inner === undefined || !isObject(usage) ? usage : usage[outer];
      const found = numberAt(holder, inner ?? outer);
      if (found !== null) return found;
    }
    return null;
  };
  return {
    inputTokens: pick(names.inputTokens),
    outputTokens: pick(names.outputTokens),
    cacheReadTokens: pick(names.cacheReadTokens),
    cacheWriteTokens: pick(names.cacheWriteTokens),
  };
}

/** Later figures win, figure by figure. */
export const mergeUsage = (earlier: Usage, later: Usage): Usage => ({
  inputTokens: later.inputTokens ?? earlier.inputTokens,
  outputTokens: later.outputTokens ?? earlier.outputTokens,
  cacheReadTokens: later.cacheReadTokens ?? earlier.cacheReadTokens,
  cacheWriteTokens: later.cacheWriteTokens ?? earlier.cacheWriteTokens,
});

/** Names of tools in a list of `{name}` or `{function: {name}}`. */
export function toolNamesIn(body: unknown, key: string): readonly string[] {
  return arrayAt(body, key)
    .map(
      (tool) =>
        stringAt(tool, 'name') ?? (isObject(tool) ? stringAt(tool['function'], 'name') : null),
    )
    .filter(isString);
}

/** Last segments of a path, without a version segment in front. */
export const pathEnds = (path: string, end: string): boolean => {
  const clean = (path.split('?')[0] ?? '').replace(/\/+$/, '');
  return clean === end || clean.endsWith(end);
};
