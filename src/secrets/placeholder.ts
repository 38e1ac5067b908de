// What stands in a text where a secret stood: word characters only, so that JSON, YAML, shells, URLs and source code
// that held the secret stay well-formed.
import { createHmac } from 'node:crypto';

/** Matches every placeholder, whoever's key made it. */
export const PLACEHOLDER = /AITRAIL_[a-z0-9]+(?:_[a-z0-9]+)*_[0-9a-f]{8}(?![A-Za-z0-9])/g;

/** A stream decides about a long secret before it has seen all of it, so only so much of it counts. */
const CHARACTERS_COUNTED = 1024;
/** What a stream has seen of a private key when it decides; a key's first random bytes lie well before it. */
const KEY_CHARACTERS_COUNTED = 128;

/**
 * The placeholder of a secret: the same secret under the same key always has the same one.
 *
 * @param key at least 16 bytes, private to this installation: without it nobody can test guesses.
 * @param kind lower-case words joined by `_`, for example `github_pat`.
 * @param secret the exact value; of a private key the body, where line ends and indents do not count.
 */
export function makePlaceholder(key: Uint8Array, kind: string, secret: string): string {
  const counted =
    kind === 'private_key'
      ? keyCharacters(secret).slice(0, KEY_CHARACTERS_COUNTED)
      : secret.slice(0, CHARACTERS_COUNTED);
  const digest = createHmac('sha256', key).update(counted).digest('hex');
  return `AITRAIL_${kind}_${digest.slice(0, 8)}`;
}

/** Rule id → word of a placeholder. */
export const kindOf = (rule: string): string =>
  rule
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '') || 'secret';

/** Letters and digits of a key's body, whatever line ends, escapes, line numbers and indents stand between them. */
export function keyCharacters(body: string): string {
  return body
    .replace(/\\+[nrt]/g, '\n')
    .replace(/^[ \t]*\d+[\t→|:]/gm, '')
    .replace(/[^A-Za-z0-9]/g, '');
}
