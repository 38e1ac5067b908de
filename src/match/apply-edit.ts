// What a file is after an edit, in tokens. Edits find their place by the tokens of what they replace.
import type { Edit, HunkLine } from '../model/edit.ts';
import { elementAt } from './diff.ts';
import type { Tokenizer, TokenText } from './tokens.ts';

export const EMPTY_TEXT: TokenText = { tokens: [], lineOf: [], lineCount: 0 };

/**
 * @returns null where the edit's place cannot be found, or the edit is none of a file's text (snippet, command, rename).
 */
export function applyEdit(text: TokenText, edit: Edit, tokenizer: Tokenizer): TokenText | null {
  if ('text' in edit) return applyText(text, edit, tokenizer);
  switch (edit.kind) {
    case 'replace':
      return applyReplace(text, edit, tokenizer);
    case 'patch':
      return applyHunks(text, edit.hunks, tokenizer);
    case 'delete':
      return EMPTY_TEXT;
    case 'rename':
    case 'command':
      return null;
  }
}

/** Whose place is not told is found where its text lands, if it does. */
function applyText(
  text: TokenText,
  edit: Extract<Edit, { readonly text: string }>,
  tokenizer: Tokenizer,
): TokenText | null {
  if (edit.kind === 'write') return tokenizer.tokenize(edit.text);
  return edit.kind === 'append' ? joinTexts(text, tokenizer.tokenize(edit.text)) : null;
}

function applyReplace(
  text: TokenText,
  edit: Extract<Edit, { readonly kind: 'replace' }>,
  tokenizer: Tokenizer,
): TokenText | null {
  const before = tokenizer.tokenize(edit.before);
  const after = tokenizer.tokenize(edit.after);
  if (before.tokens.length === 0) return text.tokens.length === 0 ? after : null;
  let result: TokenText = text;
  let at = findTokens(result.tokens, before.tokens, 0);
  if (at < 0) return null;
  while (at >= 0) {
    result = spliceText(result, { at, count: before.tokens.length }, after);
    at = edit.isAll ? findTokens(result.tokens, before.tokens, at + after.tokens.length) : -1;
  }
  return result;
}

function applyHunks(
  text: TokenText,
  hunks: readonly (readonly HunkLine[])[],
  tokenizer: Tokenizer,
): TokenText | null {
  const sideOf = (hunk: readonly HunkLine[], dropped: '-' | '+'): TokenText =>
    tokenizer.tokenize(
      hunk
        .filter((line) => line.mark !== dropped)
        .map((line) => `${line.text}\n`)
        .join(''),
    );
  let result = text;
  let from = 0;
  for (const hunk of hunks) {
    const before = sideOf(hunk, '+');
    const after = sideOf(hunk, '-');
    let at = findTokens(result.tokens, before.tokens, from);
    if (at < 0) at = findTokens(result.tokens, before.tokens, 0);
    if (before.tokens.length === 0) at = result.tokens.length;
    if (at < 0) return null;
    result = spliceText(result, { at, count: before.tokens.length }, after);
    from = at + after.tokens.length;
  }
  return result;
}

/** @returns index of the first occurrence at or after `start`, -1 where there is none. */
function findTokens(tokens: readonly number[], wanted: readonly number[], start: number): number {
  const first = wanted[0];
  if (first === undefined) return -1;
  for (let at = tokens.indexOf(first, start); at >= 0; at = tokens.indexOf(first, at + 1)) {
    if (at + wanted.length > tokens.length) return -1;
    if (wanted.every((token, offset) => tokens[at + offset] === token)) return at;
  }
  return -1;
}

function joinTexts(one: TokenText, other: TokenText): TokenText {
  return {
    tokens: [...one.tokens, ...other.tokens],
    lineOf: [...one.lineOf, ...other.lineOf.map((line) => line + one.lineCount)],
    lineCount: one.lineCount + other.lineCount,
  };
}

/**
 * Puts `after` in place of some tokens. Its first line goes on where the replaced text began, as in the file itself:
 * tokens before it on the same line stay on that line.
 */
function spliceText(
  text: TokenText,
  place: { readonly at: number; readonly count: number },
  after: TokenText,
): TokenText {
  const end = place.at + place.count;
  const firstLine = text.lineOf[place.at] ?? text.lineCount;
  const lastLine = place.count === 0 ? firstLine : elementAt(text.lineOf, end - 1);
  // blank lines at the ends of the replaced text are layout: only lines with tokens are placed exactly
  const lead = elementAt(after.lineOf, 0);
  const afterLast = after.lineOf.at(-1) ?? lead;
  const placed = after.lineOf.map((line) => line - lead + firstLine);
  const shift = after.tokens.length === 0 ? 0 : afterLast - lead + firstLine - lastLine;
  return {
    tokens: [...text.tokens.slice(0, place.at), ...after.tokens, ...text.tokens.slice(end)],
    lineOf: [
      ...text.lineOf.slice(0, place.at),
      ...placed,
      ...text.lineOf.slice(end).map((line) => line + shift),
    ],
    lineCount: text.lineCount + shift,
  };
}
