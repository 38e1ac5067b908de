// Where a word of ours to the model may stand in a request: at the end of a text that a person wrote or a tool gave back,
// never in what the model said, in instructions or in a call. Decided from the conversation alone, so that the same
// history, sent again, has it in the same place and providers' prompt caches hold.
import { arrayAt, isObject, isString, objectAt, stringAt } from '../model/json.ts';
import type { JsonPath } from './json-spans.ts';

export interface NotePlace {
  readonly path: JsonPath;
  /** What stands there, decoded. */
  readonly text: string;
}

/** @returns null where a piece of JSON does not hold what the note is about. */
type Find = (json: unknown) => string | null;

/**
 * Finds the first text that may be added to, at or behind what the note is about.
 *
 * @param body a request of any format, parsed.
 * @returns null where nothing is found, or nothing that follows may be added to. `found`: the first thing that was.
 */
export function findNotePlace(
  body: unknown,
  find: Find,
): (NotePlace & { readonly found: string }) | null {
  const inner = isObject(body) && isObject(body['request']) ? body['request'] : body;
  if (!isObject(inner)) return null;
  let found = firstFound(
    INSTRUCTIONS.map((name) => inner[name]),
    find,
  );
  for (const { item, places } of itemsOf(inner, inner === body ? [] : ['request'])) {
    found ??= find(item);
    if (found === null) continue;
    const place = places.find(({ text }) => find(text) !== null) ?? places[0];
    if (place !== undefined) return { ...place, found };
  }
  return null;
}

const firstFound = (pieces: readonly unknown[], find: Find): string | null =>
  pieces.map(find).find((one) => one !== null) ?? null;

interface Item {
  readonly item: unknown;
  /** In it, in order. */
  readonly places: readonly NotePlace[];
}

function itemsOf(request: object, base: JsonPath): readonly Item[] {
  const prompt = stringAt(request, 'input');
  if (prompt !== null)
    return [{ item: prompt, places: [{ path: [...base, 'input'], text: prompt }] }];
  return LISTS.flatMap((list) =>
    arrayAt(request, list).map((item, i) => ({
      item,
      places: placesIn(item, [...base, list, i]),
    })),
  );
}

const LISTS = ['messages', 'input', 'contents'] as const;
const INSTRUCTIONS = ['system', 'instructions', 'systemInstruction', 'system_instruction'] as const;
const OTHERS = new Set(['assistant', 'model', 'system', 'developer']);

function placesIn(item: unknown, path: JsonPath): readonly NotePlace[] {
  const type = stringAt(item, 'type') ?? 'message';
  if (type.endsWith('_output')) return textsAt(item, 'output', path);
  if (type !== 'message' || OTHERS.has(stringAt(item, 'role') ?? '')) return [];
  return [...textsAt(item, 'content', path), ...partTexts(item, path)];
}

/** A text, or a list of blocks with texts: what both messages and results of tools hold. */
function textsAt(holder: unknown, key: string, path: JsonPath): readonly NotePlace[] {
  const text = stringAt(holder, key);
  if (text !== null) return [{ path: [...path, key], text }];
  return arrayAt(holder, key).flatMap((block, i) => {
    const at = [...path, key, i];
    if (stringAt(block, 'type') === 'tool_result') return textsAt(block, 'content', at);
    return TEXTS.has(stringAt(block, 'type') ?? '') ? stringsOf(block, ['text'], at) : [];
  });
}

const TEXTS = new Set(['text', 'input_text', 'output_text']);

/** Gemini's parts. */
const partTexts = (item: unknown, path: JsonPath): readonly NotePlace[] =>
  arrayAt(item, 'parts').flatMap((part, i) => {
    const at = [...path, 'parts', i];
    for (const name of ['functionResponse', 'function_response']) {
      const { response } = objectAt(part, name);
      if (isObject(response)) return stringsOf(response, RESULTS, [...at, name, 'response']);
    }
    return stringsOf(part, ['text'], at);
  });

const RESULTS = ['output', 'error', 'result', 'content'] as const;

const stringsOf = (
  holder: unknown,
  names: readonly string[],
  path: JsonPath,
): readonly NotePlace[] =>
  names.flatMap((name) => {
    const text = isObject(holder) ? holder[name] : undefined;
    return isString(text) ? [{ path: [...path, name], text }] : [];
  });
