// Finds texts in recorded bytes: as they are, with characters that JSON may write as escapes, and, in replies, cut over the
// events that brought them. Says too much rather than too little where pieces of several channels alternate.

/** @param pieces of one body, in order. @returns indexes of the forms that it holds. */
export type FormFinder = (pieces: Iterable<Uint8Array>, isReply: boolean) => readonly number[];

/** A line that does not end is cut here; longer than any form. */
const LINE_BYTES_MAX = 1_048_576;
const NEWLINE = 10;
const EMPTY = Buffer.alloc(0);

/** @param forms none of them empty. */
export function openFormFinder(forms: readonly string[]): FormFinder {
  const needles = forms.map((form) => Buffer.from(form));
  const longest = Math.max(0, ...needles.map((needle) => needle.length));
  // letters and digits are never escaped
  const mayBeEscaped = forms.some((form) => /\W/.test(form));
  return (pieces, isReply) => {
    const found = new Set<number>();
    const splits = isReply ? openSplits(forms, found) : null;
    let rest: Uint8Array = EMPTY;
    for (const piece of pieces) {
      const bytes = joined(rest, piece);
      needles.forEach((needle, i) => {
        if (!found.has(i) && bytes.includes(needle)) found.add(i);
      });
      if (mayBeEscaped && (bytes.includes('\\u') || bytes.includes('\\/')))
        findEscaped(bytes, forms, found);
      const end = lineEnd(bytes);
      splits?.(bytes.subarray(0, end));
      // what is not searched as a line yet, and never less than a form may have begun in
      rest = bytes.subarray(Math.min(end, Math.max(0, bytes.length - longest)));
    }
    splits?.(rest);
    return [...found];
  };
}

const joined = (rest: Uint8Array, piece: Uint8Array): Buffer =>
  rest.length === 0
    ? Buffer.from(piece.buffer, piece.byteOffset, piece.length)
    : Buffer.concat([rest, piece]);

/** Where the last line that is whole ends. */
function lineEnd(bytes: Buffer): number {
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  return bytes.length - end > LINE_BYTES_MAX ? bytes.length : end;
}

/** Encoders differ in what they escape, and JSON lies in JSON: how many backslashes stand there says nothing. */
function findEscaped(bytes: Buffer, forms: readonly string[], found: Set<number>): void {
  const text = bytes.toString('utf8');
  const plain = text
    .replaceAll(/\\+u([\da-fA-F]{4})/g, (_whole, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
    .replaceAll(/\\+\//g, '/');
  forms.forEach((form, i) => {
    if (plain.includes(form)) found.add(i);
  });
}

/** Beginnings of a form that some string ended with, by their lengths. */
type Begun = Set<number>;

/** @returns takes lines, whole ones; what it finds goes to `found`. */
function openSplits(forms: readonly string[], found: Set<number>): (bytes: Uint8Array) => void {
  const begun = forms.map((): Begun => new Set());
  const ends = endsOf(forms);
  let hasBegun = false;
  const visit = (text: string): void => {
    forms.forEach((form, i) => {
      const own = begun[i];
      if (own === undefined || found.has(i)) return;
      if (goOn(form, own, text)) found.add(i);
    });
    for (const [form, length] of ends.get(text.charCodeAt(text.length - 1)) ?? []) {
      if (length > text.length || !text.endsWith((forms[form] ?? '').slice(0, length))) continue;
      begun[form]?.add(length);
      hasBegun = true;
    }
  };
  return (bytes) => {
    if (bytes.length === 0 || found.size === forms.length) return;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
    visitStrings(text, (start, end, isEscaped) => {
      if (isEscaped) visit(unescaped(text.slice(start, end)));
      else if (hasBegun || ends.has(text.charCodeAt(end - 1))) visit(text.slice(start, end));
    });
  };
}

/** Every character of a form but the last, with the beginnings that end there. */
function endsOf(
  forms: readonly string[],
): ReadonlyMap<number, readonly (readonly [number, number])[]> {
  const ends = new Map<number, (readonly [number, number])[]>();
  forms.forEach((form, i) => {
    for (let length = 1; length < form.length; length += 1) {
      const code = form.charCodeAt(length - 1);
      const known = ends.get(code) ?? [];
      known.push([i, length]);
      ends.set(code, known);
    }
  });
  return ends;
}

/** @returns does the form end in this text? */
function goOn(form: string, begun: Begun, text: string): boolean {
  if (text === '') return false;
  for (const length of [...begun].toSorted((a, b) => b - a)) {
    const left = form.length - length;
    if (left <= text.length && text.startsWith(form.slice(length))) return true;
    if (left > text.length && form.startsWith(text, length)) begun.add(length + text.length);
  }
  return false;
}

/** Where a string stands, without its quotes. */
type Visit = (start: number, end: number, isEscaped: boolean) => void;

const COLON = 58;
const BACKSLASH = 92;

/** Strings of JSON that are no keys, line by line: what is broken in one line ends with it. */
function visitStrings(text: string, visit: Visit): void {
  const nextSlash = openNext(text, '\\');
  const nextLine = openNext(text, '\n');
  let open = text.indexOf('"');
  while (open >= 0) {
    const close = closingOf(text, open + 1);
    if (close < 0) return;
    const newline = nextLine(open);
    if (newline < close) {
      open = text.indexOf('"', newline);
      continue;
    }
    if (text.charCodeAt(close + 1) !== COLON) visit(open + 1, close, nextSlash(open) < close);
    open = text.indexOf('"', close + 1);
  }
}

/** Asked for rising places it looks at each character once. @returns where the sign stands next. */
function openNext(text: string, sign: string): (from: number) => number {
  const find = (from: number): number => {
    const found = text.indexOf(sign, from);
    return found < 0 ? Infinity : found;
  };
  let at = find(0);
  return (from) => {
    if (at < from) at = find(from);
    return at;
  };
}

function closingOf(text: string, from: number): number {
  let close = text.indexOf('"', from);
  while (close >= 0 && isEscapedAt(text, close, from)) close = text.indexOf('"', close + 1);
  return close;
}

function isEscapedAt(text: string, at: number, from: number): boolean {
  let slashes = 0;
  while (at - slashes > from && text.charCodeAt(at - slashes - 1) === BACKSLASH) slashes += 1;
  return slashes % 2 === 1;
}

function unescaped(literal: string): string {
  try {
    const text: unknown = JSON.parse(`"${literal}"`);
    return typeof text === 'string' ? text : literal;
  } catch {
    return literal; // no JSON after all
  }
}
