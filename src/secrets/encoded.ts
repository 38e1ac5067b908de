// Secrets inside encodings: base64 and hex runs that decode to text, percent and unicode escapes. Each run is decoded
// and scanned once more; escapes keep a map from decoded characters back to where they stood.

/** A stretch of a text, decoded. */
export interface Decoded {
  readonly text: string;
  /** Of the stretch in the outer text, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** `offsets[i]` is where decoded character i starts; null where only the whole stretch has a meaning. */
  readonly offsets: readonly number[] | null;
}

const RUN_LENGTH_MAX = 65_536;
const RUN_LENGTH_MIN = 24;
const HEX_RUN = /^[0-9a-fA-F]{32,}$/;
/** Stretches that hold an escape of a printable ASCII character. */
const ESCAPED = /(?:\\u00[2-7][0-9A-Fa-f]|%[2-7][0-9A-Fa-f]|\\x[2-7][0-9A-Fa-f])/g;
const ESCAPE = /\\u00([2-7][0-9A-Fa-f])|%([2-7][0-9A-Fa-f])|\\x([2-7][0-9A-Fa-f])|[^]/g;
/** Searching for fixed text is many times faster than a pattern, and most texts hold none. */
const ESCAPE_BEGINNINGS = [String.raw`\u00`, String.raw`\x`, '%'] as const;
const STRETCH_STOP = /[\s"'`<>(){}[\],;]/;
const STRETCH_BEFORE_MAX = 256;
const STRETCH_MAX = 2048;

/** All runs of base64 that may hold something, from an offset on. */
export function findRuns(text: string, from = 0): readonly Run[] {
  const runs: Run[] = [];
  for (let run = findRun(text, from); run !== null; run = findRun(text, run.end)) runs.push(run);
  return runs;
}

/** Everything in a text, from an offset on, that can be decoded to printable text. @param runs there. */
export function decodeRuns(text: string, runs: readonly Run[], from = 0): readonly Decoded[] {
  return [...decodeBase64Runs(text, runs), ...decodeEscapes(text, from)];
}

/** @returns where the stretch begins that holds what stands before `at`. */
export function startOfStretch(text: string, at: number): number {
  let start = at;
  while (start > 0 && !STRETCH_STOP.test(text.charAt(start - 1))) start -= 1;
  return start;
}

function decodeBase64Runs(text: string, runs: readonly Run[]): readonly Decoded[] {
  const decoded: Decoded[] = [];
  for (const { start, end } of runs) {
    if (end - start > RUN_LENGTH_MAX) continue;
    if (!mayBeText(text, start)) continue;
    const value = text.slice(start, end);
    const inner = HEX_RUN.test(value) ? decodeHex(value) : decodeBase64(value);
    if (inner !== null) decoded.push({ text: inner, start, end, offsets: null });
  }
  return decoded;
}

/** 1: letters and digits, 2: the other characters of base64 and base64url. */
const BASE64_CHARACTERS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return Number(/[A-Za-z0-9]/.test(character)) + 2 * Number(/[+/_-]/.test(character));
});

const kindAt = (text: string, at: number): number => BASE64_CHARACTERS[text.charCodeAt(at)] ?? 0;

/**
 * Finds the next run of base64, padding included, that starts with a letter or digit. Where the last character of a
 * stretch is none of base64, no run of the least length holds it: most of a text is never looked at.
 */
function findRun(text: string, from: number): Run | null {
  let start = from;
  for (;;) {
    let at = start + RUN_LENGTH_MIN - 1;
    if (at >= text.length) return null;
    while (at >= start && kindAt(text, at) > 0) at -= 1;
    if (at >= start) {
      start = at + 1;
      continue;
    }
    const run = runFrom(text, start);
    if (run.end - run.start >= RUN_LENGTH_MIN) return withPadding(text, run);
    start = run.end;
  }
}

export interface Run {
  readonly start: number;
  readonly end: number;
}

function runFrom(text: string, from: number): Run {
  let start = from;
  let end = from + RUN_LENGTH_MIN;
  while (end < text.length && kindAt(text, end) > 0) end += 1;
  while (start < end && kindAt(text, start) !== 1) start += 1;
  return { start, end };
}

function withPadding(text: string, { start, end }: Run): Run {
  const padding = /^={0,2}/.exec(text.slice(end, end + 2))?.[0].length ?? 0;
  return { start, end: end + padding };
}

function decodeHex(value: string): string | null {
  if (value.length % 2 !== 0 || !/^[2-7]/.test(value)) return null;
  return printable(Buffer.from(value, 'hex'));
}

const decodeBase64 = (value: string): string | null => printable(Buffer.from(value, 'base64'));

/** @returns null where a byte is neither printable ASCII nor a line end or tab. */
function printable(bytes: Buffer): string | null {
  for (const byte of bytes) if (!isPrintable(byte)) return null;
  return bytes.toString('latin1');
}

const isPrintable = (byte: number): boolean =>
  (byte >= 32 && byte <= 126) || byte === 10 || byte === 13 || byte === 9;

const LOOKED_AT = 16;
const BASE64_VALUES = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(
    0,
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.indexOf(
      String.fromCharCode(code).replace('-', '+').replace('_', '/'),
    ),
  ),
);

/**
 * The first bytes tell text from names, paths and blobs at once, so that these cost next to nothing: most runs are no
 * encoding at all.
 */
function mayBeText(text: string, start: number): boolean {
  const first = text.charCodeAt(start);
  if (first >= 50 && first <= 55) return true; // hex of printable ASCII begins with 2 to 7
  for (let at = start; at < start + LOOKED_AT; at += 4) {
    let bits = 0;
    for (let i = at; i < at + 4; i += 1)
      bits = (bits << 6) | (BASE64_VALUES[text.charCodeAt(i)] ?? 0);
    if (!isPrintable(bits >> 16) || !isPrintable((bits >> 8) & 255) || !isPrintable(bits & 255))
      return false;
  }
  return true;
}

function decodeEscapes(text: string, from: number): readonly Decoded[] {
  const decoded: Decoded[] = [];
  if (!ESCAPE_BEGINNINGS.some((beginning) => text.includes(beginning, from))) return decoded;
  ESCAPED.lastIndex = from;
  for (let hit = ESCAPED.exec(text); hit !== null; hit = ESCAPED.exec(text)) {
    const [start, end] = stretchAround(text, hit.index);
    decoded.push(decodeStretch(text, start, end));
    ESCAPED.lastIndex = Math.max(end, hit.index + 1);
  }
  return decoded;
}

/** Up to white space, quotes and brackets: what an escape belongs to. */
function stretchAround(text: string, at: number): readonly [number, number] {
  let start = at;
  let end = at;
  while (start > 0 && at - start < STRETCH_BEFORE_MAX && !STRETCH_STOP.test(text.charAt(start - 1)))
    start -= 1;
  while (end < text.length && end - at < STRETCH_MAX && !STRETCH_STOP.test(text.charAt(end)))
    end += 1;
  return [start, end];
}

function decodeStretch(text: string, start: number, end: number): Decoded {
  const offsets: number[] = [];
  let decoded = '';
  for (const found of text.slice(start, end).matchAll(ESCAPE)) {
    const code = found[1] ?? found[2] ?? found[3];
    decoded += code === undefined ? found[0] : String.fromCharCode(Number.parseInt(code, 16));
    offsets.push(start + found.index);
  }
  return { text: decoded, start, end, offsets: [...offsets, end] };
}
