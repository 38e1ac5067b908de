// `KEY=value` in all the ways that code, configuration, shells, prose and escaped JSON write it. A keyword hit gives
// the key's name; from there the text is read forward: closing marks, a separator, opening marks, the value.
import { RANK, type Candidate, type Hit } from './candidate.ts';
import { classCount } from './entropy.ts';
import { isRandom, isSecretValue } from './evidence.ts';
import { judgeKey, type KeyStrength } from './key-name.ts';
import { isCodeTerm, isPlainCode } from './placeholders.ts';
import { afterSeparator, isElement, separatorsAt, type Separator } from './separators.ts';
import { endOfTokenRun } from './token-run.ts';
import { readValue, VALUE_LENGTH_MAX, type Value, type ValueStyle } from './value-reader.ts';
import { wordScore } from './word-score.ts';

const NAME_LENGTH_MAX = 64;
/** The next cell of a table or the next argument of a call. */
const CELL_LENGTH_MIN = 16;
/** Mean pair score of names in source code, the terse ones included. */
const CODE_WORDY = 3.2;
/** A name of its own and its value, which are judged by themselves: Claude Code's header with its version, say. */
const PAIR = /^[A-Za-z_][\w-]*=[^=]/;
/** By character code: 1 for what a name is made of, 2 for what only its first part holds. */
const NAME_CHARACTERS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[A-Za-z0-9_-]/.test(character)) return 1;
  return character === '$' || character === '.' ? 2 : 0;
});
const isInName = (text: string, at: number): boolean => NAME_CHARACTERS[text.charCodeAt(at)] === 1;
const isBeforeName = (text: string, at: number): boolean =>
  (NAME_CHARACTERS[text.charCodeAt(at)] ?? 0) > 0;

interface KeyName {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The whole name around a keyword. */
function readName(hit: Hit): KeyName {
  let start = hit.start;
  let end = hit.end;
  const { text } = hit;
  const least = Math.max(0, start - NAME_LENGTH_MAX);
  while (start > least && isBeforeName(text, start - 1)) start -= 1;
  const most = Math.min(text.length, end + NAME_LENGTH_MAX);
  while (end < most && isInName(text, end)) end += 1;
  return { text: stripEscape(text, start, end), start, end };
}

/** `\nPASSWORD` in escaped text: the n belongs to the escape. */
function stripEscape(text: string, start: number, end: number): string {
  const name = text.slice(start, end);
  return text.charAt(start - 1) === '\\' && /^[nrt]/.test(name) ? name.slice(1) : name;
}

/** `the admin api key is …`: a spoken name has blanks. */
function judgeSpoken(text: string, name: KeyName): KeyStrength {
  if (!/^keys?$/i.test(name.text) || text.charAt(name.start - 1) !== ' ') return null;
  const before =
    /(?:[A-Za-z]{2,20} ){1,3}$/.exec(text.slice(Math.max(0, name.start - 64), name.start))?.[0] ??
    '';
  const strength = judgeKey(`${before}${name.text}`);
  return strength === 'hint' ? null : strength;
}

/** Finds the value that a key's name announces. */
export function findKeyed(hit: Hit): Candidate | null {
  const name = readName(hit);
  const separators = separatorsAt(hit.text, name.end);
  if (separators.length === 0) return null;
  const strength = judgeKey(name.text) ?? judgeSpoken(hit.text, name);
  if (strength === null) return null;
  for (const separator of separators) {
    const at = afterSeparator(hit.text, name, separator);
    if (at === null) continue;
    const value = readValue(hit.text, at, styleOf(hit.text, name, separator));
    if (value === null) continue;
    return judge(value, { name, strength, separator, text: hit.text });
  }
  return null;
}

/** No separator and what it opens is longer. */
const REACH = 300;

/** Can no text behind what there is change what was found of a key? */
export function isKeyedOver(hit: Hit, found: Candidate | null): boolean {
  const { text } = hit;
  if (found !== null) return !found.isOpen && found.end < text.length;
  const name = readName(hit);
  if (name.end === text.length) return false;
  return (
    text.length - name.end > REACH ||
    separatorsAt(text, name.end).length === 0 ||
    (judgeKey(name.text) ?? judgeSpoken(text, name)) === null
  );
}

function styleOf(text: string, name: KeyName, separator: Separator): ValueStyle {
  if (isElement(separator)) return 'element';
  if (separator === 'prose' || separator === 'space') return 'prose';
  const isShell = separator === 'assign' && text.charAt(name.end) === '=';
  if (!isShell) return separator === 'assign' ? 'spaced' : 'code';
  return /(?:^|[\n\r\t ]|\\[nrt]|["'])$/.test(text.slice(Math.max(0, name.start - 2), name.start))
    ? 'line'
    : 'code';
}

interface Context {
  readonly name: KeyName;
  readonly strength: KeyStrength;
  readonly separator: Separator;
  readonly text: string;
}

function judge(value: Value, context: Context): Candidate | null {
  const text = context.text.slice(value.start, value.end);
  const isSecret = !isPublic(context) && isEnough(text, value, context);
  if (!isSecret && !value.isOpen) return null;
  // only the beginning of a very long value was judged
  const isCapped = isSecret && value.end - value.start >= VALUE_LENGTH_MAX;
  return {
    rule: context.strength === 'password' ? 'password' : 'generic-secret',
    start: value.start,
    end: isCapped ? endOfTokenRun(context.text, value.end) : value.end,
    rank: isSecret ? RANK.keyed : RANK.open,
    isOpen: value.isOpen,
  };
}

function isEnough(text: string, value: Value, context: Context): boolean {
  const { separator, strength } = context;
  if (!value.isQuoted && isCode(text, context.name)) return false;
  if (separator === 'space') return isAnnounced(strength) && isFlagValue(text, context);
  if (!isLinked(text, context)) return false;
  const isLiteral = value.isQuoted || isElement(separator) || isShellLike(context);
  // beside a user's name stands what a person may have chosen
  return isSecretValue(text, { strength: separator === 'pair' ? 'password' : strength, isLiteral });
}

/** Lists of names, as source maps hold them, look like a name and its value. */
const isArgument = (text: string, { name, strength }: Context): boolean =>
  !isRenamed(text, name) &&
  (isAnnounced(strength) || (isRandom(text) && wordScore(text) <= CODE_WORDY));

/** The name itself speaks of a secret. */
const isAnnounced = (strength: KeyStrength): boolean =>
  strength === 'password' || strength === 'secret';

/** Where the link between name and value is weak, the value itself must convince. */
function isLinked(text: string, context: Context): boolean {
  const { separator, strength } = context;
  if (!isAnnounced(strength) && PAIR.test(text)) return false;
  if (separator === 'column') return strength === 'password';
  if (separator === 'call' && strength === 'password') return /\d/.test(text); // or the question for one
  if (separator === 'cell') return isCell(text, strength);
  if (separator === 'prose') return strength === 'password' || isRandom(text);
  return separator !== 'argument' || isArgument(text, context);
}

/** A password in a table has no key beside it that is sure to be its own. */
const isCell = (text: string, strength: KeyStrength): boolean =>
  (text.length >= CELL_LENGTH_MIN && isRandom(text)) ||
  (strength === 'password' && text.length >= 10 && classCount(text) >= 4);

/** `PassThrough: PassThrough2`, `ParenToken = OpenParenToken$1`: the same name again, numbered by a bundler. */
function isRenamed(text: string, name: KeyName): boolean {
  if (!/^[A-Za-z_$][\w$]*$/.test(text)) return false;
  const [value, key] = [text, name.text].map((one) =>
    one.replace(/^_+|\$?\d{1,3}$/g, '').toLowerCase(),
  );
  return value !== undefined && key !== undefined && (key.endsWith(value) || value.endsWith(key));
}

/** Tokens in the addresses of status images are public: the images are. An ARN names a secret and holds none. */
function isPublic({ text, name }: Context): boolean {
  const before = text.slice(Math.max(0, name.start - 64), name.start);
  return before.endsWith('/badge.svg?') || /\barn:[\w-]{1,20}:[\w:-]{1,40}:$/.test(before);
}

const isCode = (text: string, name: KeyName): boolean =>
  isPlainCode(text) || isRenamed(text, name) || (isCodeTerm(text) && wordScore(text) > CODE_WORDY);

/** `--password x`, netrc's `password x`: no separator, so the value itself must convince. */
function isFlagValue(text: string, context: Context): boolean {
  if (context.name.text.startsWith('-'))
    return isSecretValue(text, { strength: context.strength, isLiteral: true });
  // C: a storage class before a type, a type before a pointer
  if (/private$/i.test(context.name.text) || /^[*&]/.test(text)) return false;
  return (
    /\d/.test(text) &&
    text.length >= 10 &&
    isSecretValue(text, { strength: context.strength, isLiteral: false }) &&
    isRandom(text)
  );
}

/** No blanks around the separator, or a colon as in YAML: data rather than code. */
function isShellLike(context: Context): boolean {
  const { text, name, separator } = context;
  if (separator === 'prose') return true;
  if (separator !== 'assign')
    return separator === 'body' || separator === 'envValue' || separator === 'attribute';
  const next = text.charAt(name.end);
  return (
    next === ':' ||
    (next === '=' && text.charAt(name.end + 1) !== '=' && text.charAt(name.end + 1) !== ' ')
  );
}
