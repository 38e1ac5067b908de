// Where the strings of a stream of JSON stand, those that are no keys, one line after another: what is broken in one line
// ends with it. Nothing is made of them: a reply has hundreds, and few are looked at.

/** [start, end) is the string without its quotes; `slash`: where the last backslash in it stands, or -1. */
export type VisitString = (start: number, end: number, slash: number) => void;

const QUOTE = 34;
const COLON = 58;
const BACKSLASH = 92;
const NEWLINE = 10;

export function visitStrings(bytes: Uint8Array, visit: VisitString): void {
  const scan = { at: nextQuote(bytes, 0), slash: -1 };
  while (scan.at < bytes.length) {
    const start = scan.at + 1;
    toEnd(bytes, scan);
    const end = scan.at;
    if (bytes[end] === QUOTE) {
      if (end > start && bytes[end + 1] !== COLON) visit(start, end, scan.slash);
      scan.at += 1;
    }
    scan.at = nextQuote(bytes, scan.at);
  }
}

function nextQuote(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== QUOTE) at += 1;
  return at;
}

/** From a string's opening quote to the closing one, to where its line ends, or to the end of all. */
function toEnd(bytes: Uint8Array, scan: { at: number; slash: number }): void {
  scan.slash = -1;
  for (scan.at += 1; scan.at < bytes.length; scan.at += 1) {
    const code = bytes[scan.at];
    if (code === QUOTE || code === NEWLINE) return;
    if (code !== BACKSLASH) continue;
    scan.slash = scan.at;
    if (bytes[scan.at + 1] !== NEWLINE) scan.at += 1;
  }
  scan.at = Math.min(scan.at, bytes.length);
}

/** @param literal between its quotes. @returns as it is where that is no JSON after all. */
export function unescaped(literal: string): string {
  try {
    const text: unknown = JSON.parse(`"${literal}"`);
    return typeof text === 'string' ? text : literal;
  } catch {
    return literal;
  }
}
