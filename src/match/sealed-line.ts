// A line of text that is not kept: its tokens stand in its place, so that whatever reads lines finds the same in it.

const MARK = '\u0001aitrail-tokens ';

/** @param tokens as a tokenizer gives them. */
export const formatSealed = (tokens: readonly number[]): string =>
  tokens.length === 0 ? '' : `${MARK}${tokens.map((token) => token.toString(36)).join(' ')}`;

/** @returns null for a line of text. */
export function readSealed(line: string): readonly number[] | null {
  if (!line.startsWith(MARK)) return null;
  return line
    .slice(MARK.length)
    .split(' ')
    .map((token) => Number.parseInt(token, 36))
    .filter(Number.isSafeInteger);
}
