// The one sanitiser: whatever somebody else wrote is shown harmlessly. No byte of a record reaches the terminal as an
// instruction to it, and no character can make a line read in another order than it is stored.

import { HIDDEN, showHidden } from '../model/hidden.ts';

/** Columns that East Asian wide and most pictographic characters take. */
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{1F300}-\u{1FAFF}]|[\u{20000}-\u{3FFFD}]/u;
const ZERO = /\p{Mn}|\p{Me}|[\uFE00-\uFE0F]/u;

/** @returns text of printable characters, tabs and LF; what was hidden in it is shown by name. CR LF becomes LF. */
export const plainText = (text: string): string =>
  text.replaceAll('\r\n', '\n').replaceAll(HIDDEN, showHidden);

/** The same on one line: line ends become blanks. */
export const plainLine = (text: string): string => plainText(text).replaceAll(/[\t\n]+/g, ' ');

/** Columns on a terminal, for plain text. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const char of text) columns += columnsOfChar(char);
  return columns;
}

/** Cut to `columns`, the last one an ellipsis where something was cut. */
export function fitColumns(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let kept = '';
  let used = 0;
  for (const char of text) {
    used += columnsOfChar(char);
    if (used > columns - 1) break;
    kept += char;
  }
  return `${kept}…`;
}

/** Padded with blanks on the right, cut where it is too long. */
export function padColumns(text: string, columns: number): string {
  const fitted = fitColumns(text, columns);
  return fitted + ' '.repeat(Math.max(0, columns - columnsOf(fitted)));
}

/** Plain text broken at blanks; longer words are broken where they must be. Existing line ends stay. */
export function wrapColumns(text: string, columns: number): readonly string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, columns));
}

function wrapLine(line: string, columns: number): readonly string[] {
  if (columnsOf(line) <= columns) return [line];
  const lines: string[] = [];
  let current = '';
  let used = 0;
  for (const word of line.split(/(?<=\s)(?=\S)/)) {
    if (used + columnsOf(word.trimEnd()) > columns && current !== '') {
      lines.push(current.trimEnd());
      [current, used] = ['', 0];
    }
    const pieces = breakWord(word, columns);
    const last = pieces.pop() ?? '';
    for (const piece of pieces) lines.push(piece);
    current += last;
    used += columnsOf(last);
  }
  return [...lines, current.trimEnd()];
}

/** In time that grows with its length alone: a recorded word may have ten million letters. The blanks behind it stay with it. */
function breakWord(word: string, columns: number): string[] {
  const end = word.trimEnd().length;
  const pieces: string[] = [];
  let [from, at, used] = [0, 0, 0];
  for (const char of word) {
    const wide = columnsOfChar(char);
    if (used + wide > columns && at > from && at < end) {
      pieces.push(word.slice(from, at));
      [from, used] = [at, 0];
    }
    used += wide;
    at += char.length;
  }
  pieces.push(word.slice(from));
  return pieces;
}

const columnsOfChar = (char: string): number => {
  if (char < '\u0300') return 1;
  return ZERO.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
};
