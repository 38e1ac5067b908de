// JavaScript and Python source → strings, names and punctuation. No grammar: enough to read what a script writes where
// it says so in literals. Offsets are UTF-16 units into the source, end exclusive.

export type ScriptLanguage = 'javascript' | 'python';

export type Token =
  | ({ readonly kind: 'string'; readonly text: string; readonly isExact: boolean } & Span)
  | ({ readonly kind: 'name'; readonly text: string } & Span)
  | ({ readonly kind: 'mark'; readonly text: string } & Span);

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Reader {
  readonly source: string;
  readonly language: ScriptLanguage;
  at: number;
  readonly tokens: Token[];
}

const NAME = /[A-Za-z_$][\w$]*/y;
const NUMBER = /\d[\w.]*/y;
const PYTHON_STRING = /([rRbBuUfF]{0,2})("""|'''|"|')/y;
const SIMPLE = /^\s*[A-Za-z_$][\w$]*\s*$/;

/** @throws never. Linear in the source's length. */
export function readTokens(source: string, language: ScriptLanguage): readonly Token[] {
  const reader: Reader = { source, language, at: 0, tokens: [] };
  while (reader.at < source.length) step(reader);
  return reader.tokens;
}

function step(reader: Reader): void {
  const { source, at, language } = reader;
  const char = source[at] ?? '';
  if (/\s/.test(char)) reader.at += 1;
  else if (skipComment(reader)) return;
  else if (language === 'python' ? readPythonString(reader) : readScriptString(reader, char))
    return;
  else if (!readSticky(reader, NAME, 'name') && !readSticky(reader, NUMBER, 'mark')) {
    reader.tokens.push({ kind: 'mark', text: char, start: at, end: at + 1 });
    reader.at += 1;
  }
}

/** @returns false where neither a string nor a regular expression starts. */
function readScriptString(reader: Reader, char: string): boolean {
  if (char === '"' || char === "'") readQuoted(reader, char);
  else if (char === '`') readTemplate(reader);
  else if (char === '/' && isRegexPlace(reader)) skipRegex(reader);
  else return false;
  return true;
}

function readSticky(reader: Reader, pattern: RegExp, kind: 'name' | 'mark'): boolean {
  pattern.lastIndex = reader.at;
  const text = pattern.exec(reader.source)?.[0];
  if (text === undefined) return false;
  reader.tokens.push({ kind, text, start: reader.at, end: reader.at + text.length });
  reader.at += text.length;
  return true;
}

function skipComment(reader: Reader): boolean {
  const { source, at, language } = reader;
  if (language === 'python' ? source[at] === '#' : source.startsWith('//', at)) {
    reader.at = indexOr(source, '\n', at);
    return true;
  }
  if (language !== 'javascript' || !source.startsWith('/*', at)) return false;
  reader.at = Math.min(indexOr(source, '*/', at + 2) + 2, source.length);
  return true;
}

const indexOr = (text: string, needle: string, from: number): number => {
  const found = text.indexOf(needle, from);
  return found < 0 ? text.length : found;
};

/** Where a value may start, a slash opens a regular expression. */
function isRegexPlace(reader: Reader): boolean {
  const last = reader.tokens.at(-1);
  if (last === undefined) return true;
  if (last.kind === 'name') return /^(?:return|typeof|case|in|of|await)$/.test(last.text);
  return last.kind === 'mark' && /^[(,=:[!&|?{};+>]$/.test(last.text);
}

function skipRegex(reader: Reader): void {
  // bounded: an opening that nothing closes must not be searched for again and again
  const match = /\/(?:\\.|\[(?:\\.|[^\]\\\n]){0,200}\]|[^/\\\n[]){1,300}\/\w*/y;
  match.lastIndex = reader.at;
  reader.at += match.exec(reader.source)?.[0].length ?? 1;
}

/** @returns where the closer stands, or the end. */
function findCloser(source: string, from: number, closer: string): number {
  let at = from;
  while (at < source.length && !source.startsWith(closer, at)) at += source[at] === '\\' ? 2 : 1;
  return Math.min(at, source.length);
}

function readQuoted(reader: Reader, quote: string): void {
  const { source, at } = reader;
  const end = findCloser(source, at + 1, quote);
  const text = unescape(source.slice(at + 1, end));
  reader.at = Math.min(end + 1, source.length);
  reader.tokens.push({ kind: 'string', text, isExact: true, start: at, end: reader.at });
}

function readPythonString(reader: Reader): boolean {
  PYTHON_STRING.lastIndex = reader.at;
  const match = PYTHON_STRING.exec(reader.source);
  if (match === null) return false;
  const prefix = (match[1] ?? '').toLowerCase();
  const quote = match[2] ?? '"';
  const from = reader.at + match[0].length;
  const end = findCloser(reader.source, from, quote);
  const raw = reader.source.slice(from, end);
  const text = prefix.includes('r') ? raw : unescape(raw);
  const isFormat = prefix.includes('f');
  const start = reader.at;
  reader.at = Math.min(end + quote.length, reader.source.length);
  reader.tokens.push({
    kind: 'string',
    text: isFormat ? text.replaceAll('{{', '{').replaceAll('}}', '}') : text,
    isExact: !isFormat || !/\{[^{]/.test(raw),
    start,
    end: reader.at,
  });
  return true;
}

/** A template: its text, and `${name}` as a sum with that name; any other expression stays as written. */
function readTemplate(reader: Reader): void {
  const { source, tokens } = reader;
  const last = tokens.at(-1);
  const isRaw = last?.kind === 'name' && last.text === 'raw';
  const start = reader.at;
  let from = start + 1;
  let at = from;
  const push = (to: number, isExact: boolean): void => {
    const raw = source.slice(from, to);
    tokens.push({ kind: 'string', text: isRaw ? raw : unescape(raw), isExact, start, end: to });
  };
  let isExact = true;
  while (at < source.length && source[at] !== '`') {
    if (source[at] === '\\') at += 2;
    else if (!source.startsWith('${', at)) at += 1;
    else {
      const end = closeBrace(source, at + 2);
      const inner = source.slice(at + 2, end);
      if (SIMPLE.test(inner)) {
        push(at, true);
        const name = inner.trim();
        tokens.push({ kind: 'mark', text: '+', start: at, end: at });
        tokens.push({ kind: 'name', text: name, start: at, end: at });
        tokens.push({ kind: 'mark', text: '+', start: at, end: at });
        from = end + 1;
      } else isExact = false;
      at = end + 1;
    }
  }
  reader.at = Math.min(at + 1, source.length);
  push(Math.min(at, source.length), isExact);
}

function closeBrace(source: string, from: number): number {
  let depth = 1;
  for (let at = from; at < source.length; at += 1) {
    const char = source[at];
    if (char === '{') depth += 1;
    else if (char === '}') depth -= 1;
    else if (char === '"' || char === "'" || char === '`') at = findCloser(source, at + 1, char);
    if (depth === 0) return at;
  }
  return source.length;
}

const ESCAPE = /\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r?\n)|(.))/gs;
const LETTERS: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
};

export const unescape = (text: string): string =>
  text.includes('\\') ? text.replace(ESCAPE, unescapeOne) : text;

function unescapeOne(_: string, ...groups: readonly (string | undefined)[]): string {
  const [braced, four, two, feed, char = ''] = groups;
  if (feed !== undefined) return ''; // a line continued
  const code = braced ?? four ?? two;
  if (code === undefined) return LETTERS[char] ?? char;
  const point = Number.parseInt(code, 16);
  return point > 0x10ffff ? '' : String.fromCodePoint(point);
}
