// Where the strings of a JSON text stand, found without parsing it into values, so that an edit changes the touched
// string's bytes and nothing else. Tolerant: pieces of a document, and text that is no JSON at all, give what can be told.

export type JsonPath = readonly (string | number)[];

export interface JsonVisitor {
  /**
   * One string, as a value or as an object's key.
   *
   * @param path live, not to be kept: keys and indexes from the start of the text; for a key, that key comes last.
   * @param start offset of the first character after the opening quote. @param end of the closing quote.
   */
  string(path: JsonPath, span: { start: number; end: number; isKey: boolean }): void;
  /** Any value, as it ends; offsets from its first character to behind its last. */
  value?(path: JsonPath, span: { start: number; end: number }): void;
}

interface Level {
  readonly isObject: boolean;
  readonly start: number;
}

const BACKSLASH = 92;
const BLANK = /[ \t\r\n]/;
const LITERAL = /[^\s,:[\]{}"]+/y;

/** @returns offset of the closing quote, or the text's length. */
function stringEnd(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = at;
    while (slashes > from && text.charCodeAt(slashes - 1) === BACKSLASH) slashes -= 1;
    if ((at - slashes) % 2 === 0) return at;
  }
  return text.length;
}

function isColonNext(text: string, from: number): boolean {
  let at = from;
  while (at < text.length && BLANK.test(text.charAt(at))) at += 1;
  return text.charAt(at) === ':';
}

interface Walk {
  readonly text: string;
  readonly visitor: JsonVisitor;
  readonly path: (string | number)[];
  /** One for each value that is open. */
  readonly levels: Level[];
}

/** Walks the text once, in linear time. Never throws. */
export function walkJson(text: string, visitor: JsonVisitor): void {
  const walk: Walk = { text, visitor, path: [], levels: [] };
  for (let at = 0; at < text.length;) at = step(walk, at);
}

/** @returns where to go on. */
function step(walk: Walk, at: number): number {
  switch (walk.text.charAt(at)) {
    case '"':
      return readString(walk, at);
    case '{':
      return open(walk, { isObject: true, start: at });
    case '[':
      return open(walk, { isObject: false, start: at });
    case '}':
    case ']':
      return close(walk, at);
    case ',':
      return comma(walk, at);
    default:
      return readLiteral(walk, at);
  }
}

function setLast(walk: Walk, key: string | number): void {
  walk.path[Math.max(0, walk.path.length - 1)] = key;
}

function open(walk: Walk, level: Level): number {
  walk.levels.push(level);
  walk.path.push(level.isObject ? '' : 0);
  return level.start + 1;
}

function close(walk: Walk, at: number): number {
  const level = walk.levels.pop();
  if (level !== undefined) {
    // none is open where the text starts inside a document
    walk.path.pop();
    walk.visitor.value?.(walk.path, { start: level.start, end: at + 1 });
  }
  return at + 1;
}

function comma(walk: Walk, at: number): number {
  const last = walk.path.at(-1);
  if (walk.levels.at(-1)?.isObject === false && typeof last === 'number') setLast(walk, last + 1);
  return at + 1;
}

function readString(walk: Walk, at: number): number {
  const { text, visitor, path } = walk;
  const end = stringEnd(text, at + 1);
  const isKey = walk.levels.at(-1)?.isObject !== false && isColonNext(text, end + 1);
  if (isKey) setLast(walk, decodeString(text.slice(at + 1, end)));
  visitor.string(path, { start: at + 1, end, isKey });
  if (!isKey) visitor.value?.(path, { start: at, end: end + 1 });
  return end + 1;
}

function readLiteral(walk: Walk, at: number): number {
  LITERAL.lastIndex = at;
  const word = LITERAL.exec(walk.text)?.[0] ?? '';
  if (word === '') return at + 1;
  walk.visitor.value?.(walk.path, { start: at, end: at + word.length });
  return at + word.length;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
};

/** @param raw characters between the quotes. Malformed escapes stand for themselves. */
export function decodeString(raw: string): string {
  if (!raw.includes('\\')) return raw;
  return raw.replaceAll(/\\(?:u([0-9a-fA-F]{4})|([^]))/g, (_, hex?: string, single?: string) =>
    hex === undefined
      ? (ESCAPES[single ?? ''] ?? single ?? '')
      : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** @returns length in `raw` of the one UTF-16 unit that starts at `at`. */
function unitLength(raw: string, at: number): number {
  if (raw.charCodeAt(at) !== BACKSLASH) return 1;
  return raw.charAt(at + 1) === 'u' && /^[0-9a-fA-F]{4}$/.test(raw.slice(at + 2, at + 6)) ? 6 : 2;
}

/** @returns where in the raw string the decoded unit stands. */
export function rawOffset(raw: string, decoded: number): number {
  if (!raw.includes('\\')) return Math.min(raw.length, decoded);
  let at = 0;
  for (let unit = 0; unit < decoded && at < raw.length; unit += 1) at += unitLength(raw, at);
  return at;
}

/** An edit of decoded text: UTF-16 offsets, end exclusive. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/**
 * Applies edits of the decoded text to the raw string: untouched characters keep their spelling.
 *
 * @param edits in order, never overlapping.
 */
export function editString(raw: string, edits: readonly TextEdit[]): string {
  const out: string[] = [];
  let at = 0; // in raw
  let decoded = 0;
  const walkTo = (offset: number): number => {
    const from = at;
    if (!raw.includes('\\')) {
      at = Math.min(raw.length, at + offset - decoded);
      decoded = offset;
      return from;
    }
    for (; decoded < offset && at < raw.length; decoded += 1) at += unitLength(raw, at);
    return from;
  };
  for (const edit of edits) {
    const from = walkTo(edit.start);
    out.push(raw.slice(from, at), JSON.stringify(edit.replacement).slice(1, -1));
    walkTo(edit.end);
  }
  out.push(raw.slice(at));
  return out.join('');
}

/** Applies edits to plain text. */
export function editText(text: string, edits: readonly TextEdit[]): string {
  const out: string[] = [];
  let at = 0;
  for (const edit of edits) {
    out.push(text.slice(at, edit.start), edit.replacement);
    at = edit.end;
  }
  out.push(text.slice(at));
  return out.join('');
}

export interface JsonChange {
  readonly path: JsonPath;
  /** The key itself is edited, not what stands below it. */
  readonly isKey?: boolean;
  /** Edits of the string there … */
  readonly edits: readonly TextEdit[];
  /** … or, where this is set, JSON that takes the place of whatever value stands there. */
  readonly value: string | null;
}

const pathKey = (path: JsonPath, isKey: boolean): string => JSON.stringify([path, isKey]);

/** Changes a JSON text at the given places and leaves every other character as it is. */
export function editJson(text: string, changes: readonly JsonChange[]): string {
  const byPath = new Map(
    changes.map((change) => [pathKey(change.path, change.isKey === true), change]),
  );
  const wanted = new Set(changes.map((change) => String(change.path.at(-1))));
  const edits: TextEdit[] = [];
  const find = (path: JsonPath, isKey: boolean): JsonChange | undefined =>
    wanted.has(String(path.at(-1))) ? byPath.get(pathKey(path, isKey)) : undefined;
  walkJson(text, {
    string: (path, { start, end, isKey }) => {
      const change = find(path, isKey);
      if (change === undefined || change.value !== null) return;
      edits.push({ start, end, replacement: editString(text.slice(start, end), change.edits) });
    },
    value: (path, { start, end }) => {
      const change = find(path, false);
      if (change === undefined || change.value === null) return;
      edits.push({ start, end, replacement: change.value });
    },
  });
  return editText(
    text,
    edits.toSorted((a, b) => a.start - b.start),
  );
}
