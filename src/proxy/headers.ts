// Header lists are names and values by turns, in the order and spelling received: unknown ones pass as they are.
import { acceptEncoding } from '../wire/decode-content.ts';

/** RFC 9110 7.6.1, and what older software still sends: they concern one connection, not the message. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Ours to set: they speak of the connection to us. */
const REWRITTEN_REQUEST = new Set(['host', 'content-length', 'expect', 'accept-encoding']);

/** No longer true of a body that was decoded and may have been changed. */
const REWRITTEN_REPLY = new Set([
  'content-length',
  'content-encoding',
  'content-md5',
  'digest',
  'repr-digest',
  'etag',
  'accept-ranges',
]);

const NOTHING: ReadonlySet<string> = new Set();

type Pair = readonly [name: string, value: string];

export function pairsOf(headers: readonly string[]): Pair[] {
  const pairs: Pair[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2)
    pairs.push([headers[at] ?? '', headers[at + 1] ?? '']);
  return pairs;
}

/** @param name lower case. @returns the first value. */
export function valueOf(headers: readonly string[], name: string): string | null {
  return pairsOf(headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? null;
}

/** What goes on to the upstream: of the client's content encodings only those that we can undo. */
export function upstreamHeaders(headers: readonly string[]): string[] {
  const accepted = acceptEncoding(valueOf(headers, 'accept-encoding'));
  return [...passing(headers, REWRITTEN_REQUEST).flat(), 'accept-encoding', accepted];
}

/** Said of a body that was decoded and changed; its length is set by whoever sends it. */
const OF_BODY = new Set(['content-encoding', 'content-md5', 'digest', 'content-digest']);

export const withoutBodyHeaders = (headers: readonly string[]): string[] =>
  pairsOf(headers)
    .filter(([name]) => !OF_BODY.has(name.toLowerCase()))
    .flat();

/** What goes back to the client. @param hasBody false for HEAD, 204 and 304: their lengths speak of no bytes here. */
export function clientHeaders(headers: readonly string[], hasBody: boolean): string[] {
  return passing(headers, hasBody ? REWRITTEN_REPLY : NOTHING).flat();
}

function passing(headers: readonly string[], rewritten: ReadonlySet<string>): Pair[] {
  const pairs = pairsOf(headers);
  const named = new Set(
    pairs
      .filter(([name]) => name.toLowerCase() === 'connection')
      .flatMap(([, value]) => value.split(',').map((word) => word.trim().toLowerCase())),
  );
  return pairs.filter(([name]) => {
    const key = name.toLowerCase();
    return !HOP_BY_HOP.has(key) && !named.has(key) && !rewritten.has(key);
  });
}

/** As an object: several values of one name are one list (RFC 9110 5.3), but for cookies. Names in lower case. */
export function fieldsOf(headers: readonly string[]): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {};
  for (const [name, value] of pairsOf(headers)) {
    const key = name.toLowerCase();
    const before = fields[key];
    if (key === 'set-cookie') fields[key] = [before ?? [], value].flat();
    else if (typeof before !== 'string') fields[key] = value;
    else fields[key] = `${before}${key === 'cookie' ? ';' : ','} ${value}`;
  }
  return fields;
}
