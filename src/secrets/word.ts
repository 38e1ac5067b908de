// Where words end: what a stream holds back is at least the last unfinished one.

/** White space, quotes, brackets, comma, semicolon, anything beyond ASCII. */
export const DELIMITER = /[\s"'`,;(){}[\]<>\u0080-\uffff]/;
const NEXT_DELIMITER = new RegExp(DELIMITER.source, 'g');

/** Does the word that `at` is in end before the text does? */
export function isWordOver(text: string, at: number): boolean {
  NEXT_DELIMITER.lastIndex = at;
  return NEXT_DELIMITER.test(text);
}
