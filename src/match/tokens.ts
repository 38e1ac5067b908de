// Text as tokens that formatting hardly touches: no blanks, one kind of quote, no commas and semicolons, no case.
// Each token becomes a keyed number, so that what is kept at rest (observations, fingerprints) says nothing without the
// store's key. The low three bits of a token tell its class: how much it proves is decided without knowing the text.
import { createHmac } from 'node:crypto';
import { readSealed } from './sealed-line.ts';

/** What a token is good for. Rising evidence. */
export const TokenClass = {
  /** Parentheses and comment leads: formatters add and remove them. */
  weak: 0,
  bracket: 1,
  sign: 2,
  /** Words of many languages: return, if, null … */
  keyword: 3,
  short: 4,
  number: 5,
  word: 6,
  /** Eight characters and more. */
  long: 7,
} as const;

/** A text as tokens. `tokens[i]` stands on line `lineOf[i]` (0-based). */
export interface TokenText {
  readonly tokens: readonly number[];
  readonly lineOf: readonly number[];
  readonly lineCount: number;
}

export interface Tokenizer {
  readonly tokenize: (text: string) => TokenText;
}

const KEYWORDS = new Set(
  (
    'abstract and as assert async await begin bool boolean break by byte case catch char class const continue create ' +
    'def default defer delete do done double elif else elsif end enum esac except export extends extern false fi final ' +
    'finally float fn for foreach from fun func function get go goto group if impl implements import in include insert ' +
    'int interface into is join let long loop match mod module mut nil none not null of on or order override package ' +
    'pass private protected pub public raise readonly require return select self set short static str string struct ' +
    'super switch table then this throw throws to trait true try type typedef union unless unsigned update use val ' +
    'value values var void when where while with yield'
  ).split(' '),
);
/** Scripts without blanks between words go by the character. */
const WORD =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]|(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}])[\p{L}\p{M}\p{N}_$])+|[^\s]/gu;
/** The same for lines of ASCII only, which are most: a fifth of the time. */
const ASCII_WORD = /[A-Za-z0-9_$]+|[^\s]/g;
// oxlint-disable-next-line no-control-regex -- the whole range is meant
const ASCII = /^[\0-\x7f]*$/;
const WEAK = new Set(['(', ')', '\0lead', '"']);
const LEAD =
  /^\s*(?:\/\/[/!]?|\/\*\*?|\*\/|\*(?=\s|$)|#+(?=\s|$)|--(?=\s)|<!--|[-+](?=\s)|>(?=\s))\s*/;
const MEMO_MAX = 200_000;
/** Characters of texts that a tokenizer keeps the tokens of: one run meets an edit's text several times. */
const TEXTS_MAX = 4_000_000;

/** A word's number depends on nothing but the key, so it never grows old: kept for the key used last. */
const kept = { key: '', memo: new Map<string, number>() };

function memoOf(key: Uint8Array): Map<string, number> {
  const name = Buffer.from(key).toString('latin1');
  if (kept.key !== name) Object.assign(kept, { key: name, memo: new Map<string, number>() });
  return kept.memo;
}

/**
 * @param key the store's; the same key gives the same numbers.
 */
export function openTokenizer(key: Uint8Array): Tokenizer {
  const memo = memoOf(key);
  const number = (word: string): number => {
    const known = memo.get(word);
    if (known !== undefined) return known;
    if (memo.size > MEMO_MAX) memo.clear();
    const made = keyedNumber(key, word);
    memo.set(word, made);
    return made;
  };
  const texts = new Map<string, TokenText>();
  let characters = 0;
  const tokenize = (text: string): TokenText => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    const made = tokenizeWith(number, text);
    characters += text.length;
    if (characters <= TEXTS_MAX) texts.set(text, made);
    return made;
  };
  return { tokenize };
}

/** Lines as git counts them: a final line ending opens no line. */
export function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** A text made of lines that are tokens already (an observation). */
export function joinTokenLines(lines: readonly (readonly number[])[]): TokenText {
  const tokens: number[] = [];
  const lineOf: number[] = [];
  lines.forEach((line, at) => {
    for (const token of line) {
      tokens.push(token);
      lineOf.push(at);
    }
  });
  return { tokens, lineOf, lineCount: lines.length };
}

/** The other way: one array of tokens per line. */
export function splitTokenLines(text: TokenText): number[][] {
  const lines: number[][] = Array.from({ length: text.lineCount }, () => []);
  text.tokens.forEach((token, at) => lines[text.lineOf[at] ?? 0]?.push(token));
  return lines;
}

export const classOf = (token: number): number => token % 8;

/** Has a line with this token anything to say? Brackets and blanks take what their block says. */
export const isStrong = (token: number): boolean => token % 8 >= TokenClass.sign;

function tokenizeWith(number: (word: string) => number, text: string): TokenText {
  const tokens: number[] = [];
  const lineOf: number[] = [];
  const lines = splitLines(text);
  lines.forEach((raw, at) => {
    const own = readSealed(raw) ?? lineWords(raw).map(number);
    for (const token of own) {
      tokens.push(token);
      lineOf.push(at);
    }
  });
  return { tokens, lineOf, lineCount: lines.length };
}

/** The words of one line after normalisation. */
function lineWords(raw: string): string[] {
  const isAscii = ASCII.test(raw);
  const line = (isAscii ? raw : raw.normalize('NFC')).replace(/\r$/, '').replace(/\\$/, '');
  const lead = LEAD.exec(line)?.[0] ?? '';
  const rest = line.slice(lead.length).match(isAscii ? ASCII_WORD : WORD) ?? [];
  return lead.trim() === '' ? wordsOf(rest) : ['\0lead', ...wordsOf(rest)];
}

function wordsOf(found: readonly string[]): string[] {
  const words: string[] = [];
  let last = '';
  for (const word of found) {
    const next = normalWord(word);
    // rules and table borders: their length is layout
    if (next !== '' && !(next === last && '-=*_~#'.includes(next))) words.push(next);
    last = next;
  }
  return words;
}

function normalWord(word: string): string {
  if (word === ',' || word === ';' || word === '\\' || word === '\uFEFF') return '';
  if (word === "'" || word === '`' || word === '"') return '"';
  return word.toLowerCase();
}

function classOfWord(word: string): number {
  if (WEAK.has(word)) return TokenClass.weak;
  if ('[]{}<>'.includes(word)) return TokenClass.bracket;
  if (!/[\p{L}\p{N}_$]/u.test(word)) return TokenClass.sign;
  if (KEYWORDS.has(word)) return TokenClass.keyword;
  if (/^\d+$/.test(word)) return TokenClass.number;
  return classOfLength(word);
}

function classOfLength(word: string): number {
  if (word.length <= 2) return /^\p{ASCII}+$/u.test(word) ? TokenClass.short : TokenClass.word;
  return word.length >= 8 ? TokenClass.long : TokenClass.word;
}

/** 50 bits of HMAC-SHA-256 and three of class: an integer that SQLite's binding takes (DECISIONS 14). */
function keyedNumber(key: Uint8Array, word: string): number {
  const mac = createHmac('sha256', key).update(word).digest();
  const high = mac.readUInt32BE(0) % 2 ** 18;
  return (high * 2 ** 32 + mac.readUInt32BE(4)) * 8 + classOfWord(word);
}
