// One word of a shell command: quotes, escapes, `$name`, `${…}`, `$(…)`, backticks, `$((…))`.
import { DEPTH_MAX, type Cursor, type Word, type WordPart } from './shell-syntax.ts';

const BREAKS = new Set([' ', '\t', '\n', '\r', ';', '&', '|', '<', '>', '(', ')']);
const NAME = /[A-Za-z_][A-Za-z0-9_]*|[0-9?#@*!$-]/y;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  a: '\x07',
};

/** @returns null where no word starts here. The cursor stands behind it. */
export function readWord(cursor: Cursor): Word | null {
  const start = cursor.at;
  const parts: WordPart[] = [];
  if (/^[<>]\($/.test(cursor.text.slice(start, start + 2)))
    readSubstitution(cursor, parts, 'process');
  while (cursor.at < cursor.text.length) {
    const char = cursor.text[cursor.at] ?? '';
    if (BREAKS.has(char)) break;
    readPiece(cursor, char, parts);
  }
  return cursor.at === start ? null : { parts, start, end: cursor.at };
}

function readPiece(cursor: Cursor, char: string, parts: WordPart[]): void {
  if (char === "'") readSingle(cursor, parts);
  else if (char === '"') readDouble(cursor, parts);
  else if (char === '\\') readEscape(cursor, parts);
  else if (char === '$') readDollar(cursor, parts, false);
  else if (char === '`') readBackticks(cursor, parts);
  else readPlain(cursor, parts);
}

function readPlain(cursor: Cursor, parts: WordPart[]): void {
  const start = cursor.at;
  while (cursor.at < cursor.text.length && !isSpecial(cursor.text[cursor.at] ?? '')) cursor.at += 1;
  parts.push({ kind: 'text', text: cursor.text.slice(start, cursor.at), isQuoted: false });
}

const isSpecial = (char: string): boolean =>
  BREAKS.has(char) || char === "'" || char === '"' || char === '\\' || char === '$' || char === '`';

function readSingle(cursor: Cursor, parts: WordPart[]): void {
  const end = indexOr(cursor.text, "'", cursor.at + 1);
  parts.push({ kind: 'text', text: cursor.text.slice(cursor.at + 1, end), isQuoted: true });
  cursor.at = Math.min(end + 1, cursor.text.length);
}

const indexOr = (text: string, needle: string, from: number): number => {
  const found = text.indexOf(needle, from);
  return found < 0 ? text.length : found;
};

function readEscape(cursor: Cursor, parts: WordPart[]): void {
  const next = cursor.text[cursor.at + 1] ?? '';
  cursor.at = Math.min(cursor.at + 2, cursor.text.length);
  // a backslash before a line feed joins the lines
  if (next !== '\n') parts.push({ kind: 'text', text: next, isQuoted: true });
}

function readDouble(cursor: Cursor, parts: WordPart[]): void {
  cursor.at += 1;
  parts.push({ kind: 'text', text: '', isQuoted: true }); // `""` is an empty word, not none
  readExpanded(cursor, parts, '"');
  cursor.at = Math.min(cursor.at + 1, cursor.text.length);
}

/**
 * Reads text in which only `$`, backticks and some escapes mean something, up to `closer` or the end of the text.
 * The cursor stands at the closer.
 */
export function readExpanded(cursor: Cursor, parts: WordPart[], closer: '"' | null): void {
  let text = '';
  while (cursor.at < cursor.text.length) {
    const char = cursor.text[cursor.at] ?? '';
    if (char === closer) break;
    if (char === '$' || char === '`') {
      pushQuoted(parts, text);
      text = '';
      if (char === '$') readDollar(cursor, parts, true);
      else readBackticks(cursor, parts);
    } else text += readQuotedRun(cursor, char, closer);
  }
  pushQuoted(parts, text);
}

function pushQuoted(parts: WordPart[], text: string): void {
  if (text !== '') parts.push({ kind: 'text', text, isQuoted: true });
}

/** An escape, or text up to the next character that means something. */
function readQuotedRun(cursor: Cursor, char: string, closer: '"' | null): string {
  const start = cursor.at;
  if (char === '\\') {
    cursor.at = Math.min(start + 2, cursor.text.length);
    return unescape(cursor.text[start + 1] ?? '', closer);
  }
  do cursor.at += 1;
  while (cursor.at < cursor.text.length && !isLive(cursor.text[cursor.at] ?? '', closer));
  return cursor.text.slice(start, cursor.at);
}

const isLive = (char: string, closer: '"' | null): boolean =>
  char === '\\' || char === '$' || char === '`' || char === closer;

/** POSIX 2.2.3: inside double quotes a backslash escapes only these. */
function unescape(next: string, closer: '"' | null): string {
  if (next === '\n') return '';
  if (next === '$' || next === '`' || next === '\\' || next === closer) return next;
  return `\\${next}`;
}

function readDollar(cursor: Cursor, parts: WordPart[], isInQuotes: boolean): void {
  const start = cursor.at;
  const next = cursor.text[start + 1] ?? '';
  if (cursor.text.startsWith('$((', start)) readArithmetic(cursor, parts);
  else if (next === '(') readSubstitution(cursor, parts, 'substitution');
  else if (next === '{') readBraces(cursor, parts);
  else if (next === "'" && !isInQuotes) readAnsi(cursor, parts);
  else if (next === '"' && !isInQuotes) cursor.at += 1;
  else readVariable(cursor, parts);
}

function readVariable(cursor: Cursor, parts: WordPart[]): void {
  NAME.lastIndex = cursor.at + 1;
  const name = NAME.exec(cursor.text)?.[0];
  if (name === undefined) parts.push({ kind: 'text', text: '$', isQuoted: true });
  else parts.push({ kind: 'variable', name, raw: `$${name}` });
  cursor.at += 1 + (name ?? '').length;
}

function readBraces(cursor: Cursor, parts: WordPart[]): void {
  const end = indexOr(cursor.text, '}', cursor.at);
  const raw = cursor.text.slice(cursor.at, end + 1);
  const name = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(raw)?.[1];
  parts.push(name === undefined ? { kind: 'other', raw } : { kind: 'variable', name, raw });
  cursor.at = Math.min(end + 1, cursor.text.length);
}

function readArithmetic(cursor: Cursor, parts: WordPart[]): void {
  const end = Math.min(indexOr(cursor.text, '))', cursor.at) + 2, cursor.text.length);
  parts.push({ kind: 'other', raw: cursor.text.slice(cursor.at, end) });
  cursor.at = end;
}

function readSubstitution(
  cursor: Cursor,
  parts: WordPart[],
  kind: 'substitution' | 'process',
): void {
  const start = cursor.at;
  if (cursor.depth >= DEPTH_MAX) {
    parts.push({ kind: 'other', raw: cursor.text.slice(start) });
    cursor.at = cursor.text.length;
    return;
  }
  cursor.at += 2;
  cursor.depth += 1;
  const list = cursor.readList(cursor, ')');
  cursor.depth -= 1;
  if (cursor.text[cursor.at] === ')') cursor.at += 1;
  parts.push({ kind, list, raw: cursor.text.slice(start, cursor.at) });
}

function readBackticks(cursor: Cursor, parts: WordPart[]): void {
  const start = cursor.at;
  let end = start + 1;
  while (end < cursor.text.length && cursor.text[end] !== '`') {
    end += cursor.text[end] === '\\' ? 2 : 1;
  }
  cursor.at = Math.min(end + 1, cursor.text.length);
  const raw = cursor.text.slice(start, cursor.at);
  if (cursor.depth >= DEPTH_MAX) {
    parts.push({ kind: 'other', raw });
    return;
  }
  const inner = raw.slice(1, raw.endsWith('`') ? -1 : undefined).replace(/\\([`\\$])/g, '$1');
  const nested: Cursor = { ...cursor, text: inner, at: 0, pending: [], depth: cursor.depth + 1 };
  parts.push({ kind: 'substitution', list: cursor.readList(nested, null), raw });
}

/** `$'a\nb'` */
function readAnsi(cursor: Cursor, parts: WordPart[]): void {
  let end = cursor.at + 2;
  while (end < cursor.text.length && cursor.text[end] !== "'")
    end += cursor.text[end] === '\\' ? 2 : 1;
  const body = cursor.text.slice(cursor.at + 2, end);
  const text = body.replace(/\\(.)/gs, (_, char: string) => ESCAPES[char] ?? char);
  parts.push({ kind: 'text', text, isQuoted: true });
  cursor.at = Math.min(end + 1, cursor.text.length);
}
