// A text cut into lines, and what its words are worth as evidence.
import { classOf, type TokenText } from './tokens.ts';

/** By token class: weak, bracket, sign, keyword, short, number, word, long. */
const INFO = [0.15, 0.2, 0.5, 1, 1.5, 2, 3, 4] as const;

/** Roughly the bits of evidence that a token carries. */
export const infoOf = (token: number): number => INFO[classOf(token)] ?? 0;

/** A text cut into lines. `lineIds[i]` is equal for lines with equal tokens; 0 for lines without any. */
export interface Lines {
  readonly text: TokenText;
  readonly ids: readonly number[];
  /** First token of each line; one more at the end. */
  readonly starts: readonly number[];
  readonly info: readonly number[];
}

export function cutLines(text: TokenText): Lines {
  const known = cuts.get(text);
  if (known !== undefined) return known;
  const made = cut(text);
  cuts.set(text, made);
  return made;
}

/** Texts are never changed, and the same one is cut again for each step that it takes part in. */
const cuts = new WeakMap<TokenText, Lines>();

function cut(text: TokenText): Lines {
  const starts: number[] = [];
  let at = 0;
  for (let line = 0; line < text.lineCount; line += 1) {
    starts.push(at);
    while (at < text.tokens.length && text.lineOf[at] === line) at += 1;
  }
  starts.push(text.tokens.length);
  const ids: number[] = [];
  const info: number[] = [];
  for (let line = 0; line < text.lineCount; line += 1) {
    const [start = 0, end = 0] = [starts[line], starts[line + 1]];
    let id = 0;
    let worth = 0;
    for (let token = start; token < end; token += 1) {
      const value = text.tokens[token] ?? 0;
      // multiply-and-add in doubles kept below 2^53
      id = ((id % 0xfffffb) * 0x1000193 + (value % 0x1fffffffffff) + 1) % 0x1fffffffffffff;
      worth += infoOf(value);
    }
    ids.push(id);
    info.push(worth);
  }
  return { text, ids, starts, info };
}
