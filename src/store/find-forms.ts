// Finds texts in recorded bytes: as they are, with characters that JSON may write as escapes, and, in replies, cut over the
// events that brought them. Says too much rather than too little where pieces of several channels alternate.
import { openAnyFinder } from '../model/find-any.ts';
import { openSplitFinder } from './split-forms.ts';

/** @param pieces of one body, in order. @returns indexes of the forms that it holds. */
export type FormFinder = (pieces: Iterable<Uint8Array>, isReply: boolean) => readonly number[];

/** A line that does not end is cut here; longer than any form. */
const LINE_BYTES_MAX = 1_048_576;
const NEWLINE = 10;
const EMPTY = Buffer.alloc(0);
const ESCAPES = ['\\u', '\\/'].map((escape) => Buffer.from(escape));

/** @param forms none of them empty. */
export function openFormFinder(forms: readonly string[]): FormFinder {
  const needles = forms.map((form) => Buffer.from(form));
  const longest = Math.max(0, ...needles.map((needle) => needle.length));
  // letters and digits are never escaped
  const mayBeEscaped = forms.some((form) => /\W/.test(form));
  const findAny = openAnyFinder(needles);
  const findSplit = openSplitFinder(forms);
  return (pieces, isReply) => {
    const found = new Set<number>();
    const onFound = (form: number): void => {
      found.add(form);
    };
    const splits = isReply ? findSplit(onFound) : null;
    let rest: Uint8Array = EMPTY;
    for (const piece of pieces) {
      const bytes = joined(rest, piece);
      findAny(bytes, onFound);
      if (mayBeEscaped && ESCAPES.some((escape) => bytes.includes(escape)))
        findEscaped(bytes, forms, found);
      const end = lineEnd(bytes);
      splits?.(bytes.subarray(0, end));
      // what is not searched as a line yet, and never less than a form may have begun in
      rest = bytes.subarray(Math.min(end, Math.max(0, bytes.length - longest)));
    }
    splits?.(joined(EMPTY, rest));
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
