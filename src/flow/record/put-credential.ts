// The client's own credential out, the one in custody in, in the way that the protocol's servers expect it.
import type { Connection } from '../../model/policy.ts';
import { pairsOf } from '../../proxy/headers.ts';

/** Where clients show who they are, lower case. */
export const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
]);

/** @param headers names and values by turns. */
export function putCredential(
  connection: Connection,
  value: string,
  headers: readonly string[],
): readonly string[] {
  const others = pairsOf(headers).filter(([name]) => !CREDENTIAL_HEADERS.has(name.toLowerCase()));
  return [...others.flat(), ...headerFor(connection, value)];
}

function headerFor({ protocol, git }: Connection, value: string): readonly string[] {
  // a whole header value: for servers that want another scheme than Bearer
  if (/^(?:bearer|basic|token) \S/i.test(value)) return ['authorization', value];
  if (git !== undefined) return ['authorization', `Basic ${passwordOf(value)}`];
  switch (protocol) {
    case 'anthropic-messages':
      return ['x-api-key', value];
    case 'gemini':
      return ['x-goog-api-key', value];
    case 'openai':
    case 'http':
      return ['authorization', `Bearer ${value}`];
  }
}

/** Gemini's clients may show their key in the query. */
export function withoutKey(path: string): string {
  const [head = '', query] = path.split('?');
  if (query === undefined) return path;
  const kept = query.split('&').filter((pair) => !/^key=/i.test(pair));
  return kept.length === 0 ? head : `${head}?${kept.join('&')}`;
}

/** git servers take a token as the password of whomever; one with a name of its own is written as NAME:TOKEN. */
const passwordOf = (value: string): string =>
  Buffer.from(value.includes(':') ? value : `x-access-token:${value}`).toString('base64');
