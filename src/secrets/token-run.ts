// What goes on behind the decided part of a long secret and belongs to it. A stream swallows the same characters that a
// scan of the whole text takes in.

const TOKEN_RUN = /[A-Za-z0-9_\-+/=.~%]*/y;

/** @returns the offset after the run that starts at `from`. */
export function endOfTokenRun(text: string, from: number): number {
  TOKEN_RUN.lastIndex = from;
  TOKEN_RUN.test(text);
  return TOKEN_RUN.lastIndex;
}
