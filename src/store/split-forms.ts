// Finds texts that are cut over the events of a reply: one string of JSON ends with a beginning of it, later ones go on
// with it, whatever stands between them.
import { unescaped, visitStrings } from './json-strings.ts';

/** Takes lines of one reply, whole ones, in order. */
type SplitReader = (lines: Buffer) => void;

/** A form as far as a string, or several, ended with it. */
interface Begun {
  readonly form: number;
  /** In characters; as long as the form: all of it. */
  readonly length: number;
}

const BACKSLASH = 92;
const QUOTE = 34;
const U = 117;

/**
 * @param forms none of them empty.
 * @returns to be called for each reply with whom to tell what it holds; one reply at a time.
 */
export function openSplitFinder(
  forms: readonly string[],
): (onFound: (form: number) => void) => SplitReader {
  const begun = openBegun(forms);
  const ends = endsOf(forms);
  const first = openFirstLook(forms, ends);
  const visit = (text: string, onFound: (form: number) => void): void => {
    begun.goOn(text, onFound);
    for (const fresh of ends.get(text.charCodeAt(text.length - 1)) ?? [])
      if (endsWith(text, forms[fresh.form] ?? '', fresh.length)) begun.add(fresh);
  };
  return (onFound) => {
    begun.clear();
    first.clear();
    return (lines) =>
      visitStrings(lines, (start, end, slash) => {
        if (!begun.mayGoOn(lines, start) && !first.mayBegin(lines, end, slash)) return;
        const literal = lines.toString('utf8', start, end);
        visit(slash < 0 ? literal : unescaped(literal), onFound);
        if (slash < 0) first.leave(lines, end);
      });
  };
}

/** Whether a string may end with the beginning of a form: almost none does, and of most its last bytes say so. */
interface FirstLook {
  /** @param slash where the last backslash in the string stands, or -1. */
  readonly mayBegin: (bytes: Uint8Array, end: number, slash: number) => boolean;
  /** A string that ends there was visited: forms that begin with its last byte are begun. */
  readonly leave: (bytes: Uint8Array, end: number) => void;
  readonly clear: () => void;
}

const BYTES = 256;
/** `\u002d`. */
const ESCAPE_CHARACTERS = 6;

function openFirstLook(forms: readonly string[], ends: Ends): FirstLook {
  const isLast = new Uint8Array(BYTES);
  /** Of beginnings of one character. */
  const isFirst = new Uint8Array(BYTES);
  const pairs = openPairs();
  for (const { form, length } of [...ends.values()].flat()) {
    const bytes = Buffer.from((forms[form] ?? '').slice(0, length));
    const last = bytes.at(-1) ?? 0;
    isLast[last] = 1;
    if (length === 1) isFirst[last] = 1;
    else pairs.mark(bytes.at(-2) ?? null, last);
  }
  const left = isFirst.slice();
  return {
    mayBegin: (bytes, end, slash) => {
      if (slash < end - ESCAPE_CHARACTERS)
        return left[bytes[end - 1] ?? 0] === 1 || pairs.has(bytes, end - 2);
      const last = lastOf(bytes, end, slash);
      return last === null || isLast[last] === 1;
    },
    leave: (bytes, end) => {
      left[bytes[end - 1] ?? 0] = 0;
    },
    clear: () => left.set(isFirst),
  };
}

const [SIGNS, PLAIN] = [Buffer.from('bfnrt"\\/'), Buffer.from('\b\f\n\r\t"\\/')];

/** The last byte of what a string stands for that has a backslash near its end; null: not so simple. */
function lastOf(bytes: Uint8Array, end: number, slash: number): number | null {
  if (slash === end - 2) return PLAIN[SIGNS.indexOf(bytes[end - 1] ?? 0)] ?? null;
  return bytes[slash + 1] === U ? null : (bytes[end - 1] ?? null);
}

/** Pairs of bytes: a first look, which almost every string fails. */
interface Pairs {
  /** Null: whatever stands there. */
  readonly mark: (first: number | null, second: number | null) => void;
  readonly has: (bytes: Uint8Array, at: number) => boolean;
  readonly clear: () => void;
}

const PAIRS = 65_536;
const ANY = Array.from({ length: 256 }, (_, byte) => byte);

function openPairs(): Pairs {
  const marks = new Uint8Array(PAIRS);
  const marked: number[] = [];
  const markOne = (pair: number): void => {
    if (marks[pair] === 0) marked.push(pair);
    marks[pair] = 1;
  };
  return {
    mark: (first, second) => {
      const firsts = first === null ? ANY : [first];
      const seconds = second === null ? ANY : [second];
      for (const one of firsts) for (const other of seconds) markOne((one << 8) | other);
    },
    has: (bytes, at) => marks[((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)] === 1,
    clear: () => {
      for (const pair of marked.splice(0)) marks[pair] = 0;
    },
  };
}

interface BegunForms {
  /** May a string, with its escapes, whose first byte stands there go on with what is begun? */
  readonly mayGoOn: (bytes: Uint8Array, at: number) => boolean;
  readonly add: (fresh: Begun) => void;
  /** What the piece goes on with is begun as far as it goes then, or found. */
  readonly goOn: (piece: string, onFound: (form: number) => void) => void;
  readonly clear: () => void;
}

function openBegun(forms: readonly string[]): BegunForms {
  const all: Begun[] = [];
  const known = forms.map((form) => new Uint8Array(form.length));
  const next = openPairs();
  const add = (fresh: Begun): void => {
    const { form, length } = fresh;
    if (known[form]?.[length] !== 0) return;
    known[form][length] = 1;
    all.push(fresh);
    const [first = null, second = null] = Buffer.from((forms[form] ?? '').slice(length));
    next.mark(first, second);
    // a piece of one character, or a second one that is written as an escape
    next.mark(first, QUOTE);
    next.mark(first, BACKSLASH);
  };
  return {
    mayGoOn: (bytes, at) => all.length > 0 && (bytes[at] === BACKSLASH || next.has(bytes, at)),
    add,
    goOn: (piece, onFound) => {
      // what is begun here is not gone on with here
      for (const { form, length } of all.slice()) {
        const common = goesOnBy(forms[form] ?? '', length, piece);
        if (length + common === forms[form]?.length) onFound(form);
        else if (common > 0) add({ form, length: length + common });
      }
    },
    clear: () => {
      for (const { form, length } of all.splice(0)) known[form]?.fill(0, length, length + 1);
      next.clear();
    },
  };
}

/** How many characters of the form, from `length` on, the piece has: all that are left, or as many as it holds; else 0. */
function goesOnBy(form: string, length: number, piece: string): number {
  const count = Math.min(form.length - length, piece.length);
  for (let i = 0; i < count; i += 1)
    if (form.charCodeAt(length + i) !== piece.charCodeAt(i)) return 0;
  return count;
}

/** Does the text end with that much of the form? */
function endsWith(text: string, form: string, length: number): boolean {
  if (length > text.length) return false;
  for (let i = 1; i <= length; i += 1)
    if (form.charCodeAt(length - i) !== text.charCodeAt(text.length - i)) return false;
  return true;
}

type Ends = ReadonlyMap<number, readonly Begun[]>;

/** Every character of a form but the last, with the beginnings that end there. */
function endsOf(forms: readonly string[]): Ends {
  const ends = new Map<number, Begun[]>();
  forms.forEach((text, form) => {
    for (let length = 1; length < text.length; length += 1) {
      const code = text.charCodeAt(length - 1);
      const known = ends.get(code) ?? [];
      known.push({ form, length });
      ends.set(code, known);
    }
  });
  return ends;
}
