// Strings in a request or reply that are not text: ids, signatures, sealed state, media. They go through and into the
// record as they are; anything else is text. Inside what a person or a tool may name freely, every string is text.
import type { JsonPath } from './json-spans.ts';

/** Below these keys the names are a tool's or a person's own: no key says what a string is. */
const FREE = new Set([
  'input',
  'args',
  'arguments',
  'response',
  'metadata',
  'parameters',
  'properties',
]);

/** Words of the protocol: never text. */
const WORDS = new Set([
  'type',
  'role',
  'object',
  'model',
  'status',
  'finish_reason',
  'finishReason',
  'stop_reason',
  'modelVersion',
  'service_tier',
  'media_type',
  'mimeType',
  'cache_control',
]);

const WORD = /^[A-Za-z0-9._:/-]{1,64}$/;

const IDS = new Set([
  'id',
  'item_id',
  'call_id',
  'tool_call_id',
  'tool_use_id',
  'response_id',
  'responseId',
  'previous_response_id',
  'prompt_cache_key',
  'system_fingerprint',
  'request_id',
  'traceId',
]);
const ID = /^[A-Za-z0-9._:-]{1,128}$/;
/** Prefixes that providers give to their ids; any other string in an id's place is looked at. */
const ID_PREFIX =
  /^(?:toolu|srvtoolu|call|msg|req|resp|rs|fc|fco|ctc|ctco|chatcmpl|fp|ws|ci|mcp|ig|st)[_-]/;

const SEALED = new Set([
  'signature',
  'encrypted_content',
  'encrypted_index',
  'thoughtSignature',
  'thought_signature',
  'obfuscation',
]);
const MEDIA = new Set([
  'data',
  'image_url',
  'url',
  'file_data',
  'b64_json',
  'partial_image_b64',
  'delta',
  'result',
  'bytes',
]);
const BASE64 = /^(?:data:[\w.+-]+\/[\w.+-]+;base64,)?[A-Za-z0-9+/_-]+={0,2}$/;
const MEDIA_CHARS_MIN = 512;

/** Is the string of this kind? Long media is told by key and alphabet, so that prose never counts as media. */
export function isOpaque(path: JsonPath, text: string): boolean {
  const key = lastKey(path);
  if (key === null || isFree(path)) return false;
  if (WORDS.has(key)) return WORD.test(text);
  if (IDS.has(key)) return isId(text);
  if (SEALED.has(key)) return BASE64.test(text);
  return MEDIA.has(key) && text.length >= MEDIA_CHARS_MIN && BASE64.test(text);
}

const isId = (text: string): boolean =>
  ID.test(text) && (ID_PREFIX.test(text) || text.length <= 16);

function lastKey(path: JsonPath): string | null {
  const key = path.at(-1);
  return typeof key === 'string' ? key : null;
}

function isFree(path: JsonPath): boolean {
  for (let i = 0; i < path.length - 1; i += 1) {
    const key = path[i];
    // `input` and `response` hold the conversation itself where a list or the reply's own object stands there
    if (
      typeof key === 'string' &&
      FREE.has(key) &&
      typeof path[i + 1] === 'string' &&
      !isEnvelope(path, i)
    )
      return true;
  }
  return false;
}

/** Responses events and Code Assist wrap the reply in a top-level `response`. */
const isEnvelope = (path: JsonPath, at: number): boolean => at === 0 && path[at] === 'response';

/** Does an object with this key hold something sealed beside its text? */
export const isSealKey = (key: string): boolean => SEALED.has(key);

/** A block whose very `type` says that it is sealed. */
export const isSealedType = (type: string): boolean => type === 'redacted_thinking';
