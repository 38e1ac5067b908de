// Reads one value: quoted at any level of escaping, or bare up to where the surrounding text goes on.

export interface Value {
  readonly start: number;
  readonly end: number;
  readonly isQuoted: boolean;
  /** The text ended first. */
  readonly isOpen: boolean;
}

/**
 * `line`: a line of an env file; `element`: text of an XML element; the rest is bounded by punctuation, `code` by what
 * parts a query too.
 */
export type ValueStyle = 'line' | 'prose' | 'element' | 'code' | 'spaced';

export const VALUE_LENGTH_MAX = 1024;
/** String prefixes, constructors, header schemes: between separator and value. */
const OPENING =
  /(?:[bBfFrRuUN@]{1,2}(?=\\{0,8}["'`]))?(?:(?:str|string|String|SecretStr|Secret|Buffer\.from|base64\.b64decode|os\.getenv|env)\((?=\\{0,8}["'`]))?(\\{0,8})(["'`]|&quot;)?(?:(?:Bearer|Basic|Token|token|ApiKey|Apikey|apikey|Bot|SSWS|Key|Splunk|GenieKey|Signature|Digest|aivenv1|Klaviyo-API-Key|pve-auth|OAuth|oauth|Api-Token|PRIVATE-TOKEN|ssh|JWT|Discogs token=|_gitlab_session=|token=|key=|apikey=|MAC)(?:[ \t]{1,4}|(?<==)))?/y;

/** @returns null where no value can begin here. */
export function readValue(text: string, at: number, style: ValueStyle): Value | null {
  OPENING.lastIndex = at;
  const found = OPENING.exec(text);
  const start = found === null ? at : OPENING.lastIndex;
  const [, slashes = '', quote] = found ?? [];
  if (start >= text.length)
    return { start: text.length, end: text.length, isQuoted: false, isOpen: true };
  if (quote !== undefined) {
    const quoted = readQuoted(text, start, slashes + quote);
    if (quoted !== null) return quoted;
  }
  if (slashes !== '' && quote === undefined) return null;
  return readBare(text, start, style);
}

/** Up to the same mark; null where the line or the bound comes first. */
function readQuoted(text: string, start: number, mark: string): Value | null {
  const most = Math.min(text.length, start + VALUE_LENGTH_MAX);
  const isMultiline = mark.endsWith('`');
  for (let i = start; i < most; i += 1) {
    if (isMark(text, i, mark)) return { start, end: i, isQuoted: true, isOpen: false };
    const character = text.charAt(i);
    if (character === '\n' && !isMultiline) return null;
    if (character === '\\' && mark.length === 1) i += 1; // an escaped character of an unescaped string
  }
  const isOpen = most - start < VALUE_LENGTH_MAX;
  return isOpen ? { start, end: most, isQuoted: true, isOpen } : null;
}

/** The closing mark; `\\\"` inside a string whose own marks are `\"` is not. */
const isMark = (text: string, at: number, mark: string): boolean =>
  text.startsWith(mark, at) && !(mark.startsWith('\\') && text.charAt(at - 1) === '\\');

const STOPS: Readonly<Record<ValueStyle, RegExp>> = {
  line: /[\s"'`<>\\]/,
  prose: /[\s"'`<>,;)\]}\\|]/,
  element: /[\s<]/,
  code: /[\s"'`<>,;)\]}&\\]/,
  spaced: /[\s"'`<>,;)\]}\\]/,
};

function readBare(text: string, start: number, style: ValueStyle): Value | null {
  const stop = STOPS[style];
  const most = Math.min(text.length, start + VALUE_LENGTH_MAX);
  let end = start;
  while (end < most && !isStop(text, end, stop)) end += 1;
  if (end === start) return null;
  const isOpen = end === text.length;
  const punctuation = PUNCTUATION[style];
  while (end > start && punctuation?.test(text.charAt(end - 1)) === true) end -= 1;
  return end === start ? null : { start, end, isQuoted: false, isOpen };
}

/** A sentence's or statement's punctuation after the value is not part of it; passwords do end in `!` and `?`. */
const STATEMENT = /[.,;:)]/;
const PUNCTUATION: Partial<Readonly<Record<ValueStyle, RegExp>>> = {
  line: /;/, // of a cookie, a command
  prose: STATEMENT,
  code: STATEMENT,
  spaced: STATEMENT,
};

const isStop = (text: string, at: number, stop: RegExp): boolean =>
  stop.test(text.charAt(at)) || text.startsWith('&quot;', at) || text.startsWith('\u001b[', at);
