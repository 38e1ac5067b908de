// Headers and URLs for the record: a list says which headers are kept at all, and no value goes in unlooked at.
import type { MaskRecord } from '../model/secret.ts';
import { editText } from './json-spans.ts';
import { atRest, findEdits, type TextMasker } from './text-masker.ts';

type Header = readonly [string, string];

/** Kept by name. */
const KEPT = new Set([
  'accept',
  'anthropic-beta',
  'anthropic-version',
  'audit-id',
  'chatgpt-account-id',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'copilot-integration-id',
  'date',
  'docker-content-digest',
  'git-protocol',
  'openai-beta',
  'openai-model',
  'openai-organization',
  'openai-processing-ms',
  'openai-project',
  'openai-version',
  'originator',
  'request-id',
  'retry-after',
  'retry-after-ms',
  'server-timing',
  'session-id',
  'session_id',
  'thread-id',
  'traceparent',
  'user-agent',
  'x-app',
  'x-client-request-id',
  'x-client-session-id',
  'x-github-request-id',
  'x-goog-api-client',
  'x-initiator',
  'x-interaction-id',
  'x-interaction-type',
  'x-agent-task-id',
  'x-openai-subagent',
  'x-parent-agent-id',
  'x-parent-session-id',
  'x-request-id',
  'x-session-affinity',
  'x-session-id',
  'x-should-retry',
]);

/** Kept by how the name begins. */
const KEPT_PREFIXES = [
  'anthropic-ratelimit-',
  'x-claude-code-',
  'x-codex-',
  'x-ratelimit-',
  'x-stainless-',
];

/** Never, whatever else the name says. */
const SECRET_NAME = /auth|cookie|token|secret|password|credential|api-?key|signature/i;

const isKept = (name: string): boolean =>
  !SECRET_NAME.test(name.replace(/ratelimit-.*/, '')) &&
  (KEPT.has(name) || KEPT_PREFIXES.some((prefix) => name.startsWith(prefix)));

export interface MaskedHeaders {
  /** In the order given, names in lower case. */
  readonly headers: readonly Header[];
  readonly masks: readonly MaskRecord[];
}

/** Values in which a masker found nothing: a client sends the same ones with each request. */
const CLEAN = new WeakMap<TextMasker, Set<string>>();
const CLEAN_MAX = 256;
const CLEAN_CHARACTERS_MAX = 256;

function remember(clean: Set<string>, value: string): void {
  if (value.length > CLEAN_CHARACTERS_MAX) return;
  clean.add(value);
  for (const oldest of clean) if (clean.size > CLEAN_MAX) clean.delete(oldest);
}

/** @returns the headers that a record keeps, their values masked. */
export function maskHeaders(masker: TextMasker, headers: readonly Header[]): MaskedHeaders {
  const masks: MaskRecord[] = [];
  const clean = CLEAN.get(masker) ?? new Set();
  CLEAN.set(masker, clean);
  const kept = headers
    .map(([name, value]): Header => [name.toLowerCase(), value])
    .filter(([name]) => isKept(name))
    .map(([name, value]): Header => {
      if (clean.has(value)) return [name, value];
      const found = findEdits(masker, value, { key: null, channel: `header ${name}` });
      if (found.edits.length === 0) remember(clean, value);
      masks.push(...found.masks);
      return [name, editText(value, found.edits)];
    });
  return { headers: kept, masks };
}

/** Query parameters whose value is a credential by name. */
const SECRET_PARAMETER =
  /^(?:key|api[-_]?key|access[-_]?token|id[-_]?token|refresh[-_]?token|auth|authorization|token|secret|client[-_]?secret|password|passwd|pwd|sig|signature|code|x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential))$/i;

export interface MaskedUrl {
  readonly url: string;
  readonly masks: readonly MaskRecord[];
}

/**
 * Masks a path and its query.
 *
 * @param url without the session token; every parameter that stays is spelled as it was.
 */
export function maskUrl(masker: TextMasker, url: string): MaskedUrl {
  const masks: MaskRecord[] = [];
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const found = findEdits(masker, path, { key: null, channel: 'url' });
  masks.push(...found.masks);
  const cleanPath = editText(path, found.edits);
  if (mark < 0) return { url: cleanPath, masks };
  const query = url
    .slice(mark + 1)
    .split('&')
    .map((pair) => maskParameter(masker, pair, masks));
  return { url: `${cleanPath}?${query.join('&')}`, masks };
}

function maskParameter(masker: TextMasker, pair: string, masks: MaskRecord[]): string {
  const equals = pair.indexOf('=');
  if (equals < 0) return maskPiece(masker, { raw: pair, key: null, channel: 'url' }, masks);
  const raw = pair.slice(0, equals);
  const named = maskPiece(masker, { raw, key: null, channel: 'url' }, masks);
  const [name, value] = [decode(raw), decode(pair.slice(equals + 1))];
  const channel = `url ${decode(named)}`;
  if (value !== '' && SECRET_PARAMETER.test(name)) {
    const placeholder = masker.hide('url_parameter', value);
    masks.push(atRest({ rule: 'url-parameter', placeholder, channel }, [0, value.length]));
    return `${named}=${placeholder}`;
  }
  const piece = { raw: pair.slice(equals + 1), key: name === '' ? null : name, channel };
  return `${named}=${maskPiece(masker, piece, masks)}`;
}

interface Piece {
  /** Percent-encoded. */
  readonly raw: string;
  readonly key: string | null;
  readonly channel: string;
}

/** @returns the piece as it was spelled where nothing in it is secret. */
function maskPiece(masker: TextMasker, { raw, key, channel }: Piece, masks: MaskRecord[]): string {
  const text = decode(raw);
  const found = findEdits(masker, text, { key, channel });
  if (found.edits.length === 0) return raw;
  masks.push(...found.masks);
  return encodeURIComponent(editText(text, found.edits));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text; // not percent-encoded after all: looked at as it stands
  }
}
