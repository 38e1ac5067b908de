// How much of a stream must wait: the first character that more text could still make part of a secret.
import type { Candidate } from './candidate.ts';
import { CUSTOM_LINE_MAX } from './custom-rules.ts';
import { keyCharacters } from './placeholder.ts';
import type { Scanner } from './scanner.ts';
import { DELIMITER } from './word.ts';

/** Characters of a private key that a stream sees before it decides: as many as its placeholder counts. */
export const KEY_CHARACTERS_DECISIVE = 128;

/** @returns an offset into the buffer; its length where nothing need wait. */
export function findHold(
  buffer: string,
  candidates: readonly Candidate[],
  scanner: Pick<Scanner, 'known' | 'needsLines'>,
): number {
  let hold = Math.min(findWord(buffer), findKnownPrefix(buffer, scanner.known));
  if (scanner.needsLines) hold = Math.min(hold, findLine(buffer));
  // from the right: a candidate that crosses the hold moves it, which may make another one cross
  for (const one of candidates.toSorted((a, b) => b.end - a.end))
    if (one.isOpen || one.end > hold) hold = Math.min(hold, one.start);
  return hold;
}

/** The last unfinished word. */
function findWord(buffer: string): number {
  let start = buffer.length;
  while (start > 0 && !DELIMITER.test(buffer.charAt(start - 1))) start -= 1;
  return start;
}

/** The last line, while it is short enough for a person's pattern to see it whole. */
function findLine(buffer: string): number {
  const line = buffer.lastIndexOf('\n') + 1;
  return buffer.length - line <= CUSTOM_LINE_MAX ? line : buffer.length;
}

/** Where the longest beginning of a known value at the buffer's end starts. */
function findKnownPrefix(buffer: string, known: readonly string[]): number {
  let first = buffer.length;
  for (const value of known) {
    let at = buffer.indexOf(value.charAt(0), Math.max(0, buffer.length - value.length + 1));
    for (; at >= 0 && at < first; at = buffer.indexOf(value.charAt(0), at + 1))
      if (value.startsWith(buffer.slice(at))) first = at;
  }
  return first;
}

/** Has enough of a private key been seen to say that it is one, and which? */
export const isKeyDecisive = (text: string, one: Candidate): boolean =>
  one.rule === 'private-key' &&
  keyCharacters(text.slice(one.start, one.end)).length >= KEY_CHARACTERS_DECISIVE;
