// allowed_signers files (ssh-keygen(1), ALLOWED SIGNERS): who may sign, with which key, for what, from when until when.
import { nameKey } from './openpgp.ts';
import { nameIdentity, readIdentity } from './sigstore.ts';
import { fingerprintOf, formatKeyLine, parseKeyLine } from './ssh-key.ts';

const LINES_MAX = 20_000;

/** ssh-keygen knows neither and may refuse a file that holds one: to it such a line is a comment. */
const [OPENPGP, SIGSTORE] = ['# openpgp: ', '# sigstore: '];

/** What stands in the key's place: a fingerprint; an issuer, and a subject that may be a pattern. */
const MARKS: ReadonlyMap<string, RegExp> = new Map([
  [OPENPGP, /(?<=\s)(?<fingerprint>[0-9A-Fa-f]{40})$/],
  [SIGSTORE, /(?<=\s)(?<issuer>https?:\/\/\S+) +(?<subject>\S+)$/],
]);

/** Splits such a line after its mark, which is empty where it has none. */
export function splitMark(line: string): { readonly mark: string; readonly text: string } {
  const mark = [...MARKS.keys()].find((each) => line.startsWith(each)) ?? '';
  return { mark, text: line.slice(mark.length) };
}

export interface AllowedSigner {
  /** 1-based line of the file. */
  readonly line: number;
  /** Patterns with `*`, `?` and a leading `!`. */
  readonly principals: readonly string[];
  readonly blob: Buffer;
  readonly isAuthority: boolean;
  /** Patterns; empty: any namespace. */
  readonly namespaces: readonly string[];
  readonly validAfterMs: number | null;
  readonly validBeforeMs: number | null;
}

export interface AllowedSigners {
  readonly signers: readonly AllowedSigner[];
  /** Lines that could not be read: they allow nobody. */
  readonly badLines: readonly number[];
}

/** Never throws: a line that cannot be read allows nobody and is named. */
export function parseAllowedSigners(text: string): AllowedSigners {
  const signers: AllowedSigner[] = [];
  const badLines: number[] = [];
  for (const [index, raw] of text.split('\n').slice(0, LINES_MAX).entries()) {
    const line = raw.trim();
    const { mark } = splitMark(line);
    if (line === '' || (line.startsWith('#') && mark === '')) continue;
    const signer = mark === '' ? parseLine(line, index + 1) : parseMarked(line, index + 1);
    if (signer === null) badLines.push(index + 1);
    else signers.push(signer);
  }
  return { signers, badLines };
}

/** The same with something else in the key's place. */
function parseMarked(raw: string, line: number): AllowedSigner | null {
  const { mark, text } = splitMark(raw);
  const match = MARKS.get(mark)?.exec(text) ?? null;
  const { fingerprint, issuer = '', subject = '' } = match?.groups ?? {};
  if (match === null) return null;
  const blob =
    fingerprint === undefined
      ? nameIdentity({ issuer, subject })
      : nameKey(Buffer.from(fingerprint, 'hex'));
  return parseLine(`${text.slice(0, match.index)}${formatKeyLine(blob)}`, line);
}

/** One line without LF. @param names principals, and options behind a blank where there are any. */
export function formatSigner(names: string, blob: Uint8Array): string {
  const identity = readIdentity(blob);
  if (identity !== null) return `${SIGSTORE}${names} ${identity.issuer} ${identity.subject}`;
  const [kind, fingerprint = ''] = fingerprintOf(blob).split(':');
  return kind === 'openpgp'
    ? `${OPENPGP}${names} ${fingerprint}`
    : `${names} ${formatKeyLine(blob)}`;
}

function parseLine(text: string, line: number): AllowedSigner | null {
  const [principals, afterPrincipals] = takeField(text);
  const plain = parseKeyLine(afterPrincipals);
  const [options, keyText] = plain === null ? takeField(afterPrincipals) : ['', afterPrincipals];
  const key = plain ?? parseKeyLine(keyText);
  const parsed = parseOptions(options);
  const patterns = unquote(principals).split(',').filter(Boolean);
  if (key === null || parsed === null || patterns.length === 0) return null;
  return { line, principals: patterns, blob: key.blob, ...parsed };
}

/** The first blank-separated field, blanks inside double quotes not counting, and the rest. */
function takeField(text: string): [string, string] {
  const field = /^(?:"(?:[^"\\]|\\.)*"|[^\s"])+/.exec(text)?.[0] ?? '';
  return [field, text.slice(field.length).trim()];
}

const unquote = (text: string): string =>
  text.startsWith('"') && text.endsWith('"') && text.length > 1 ? text.slice(1, -1) : text;

type Options = Pick<AllowedSigner, 'isAuthority' | 'namespaces' | 'validAfterMs' | 'validBeforeMs'>;

/** @returns null for an unknown option, as ssh-keygen refuses the line: it may be a restriction. */
function parseOptions(text: string): Options | null {
  let options: Options = {
    isAuthority: false,
    namespaces: [],
    validAfterMs: null,
    validBeforeMs: null,
  };
  for (const option of text.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? []) {
    const next = parseOption(option, options);
    if (next === null) return null;
    options = next;
  }
  return options;
}

function parseOption(option: string, before: Options): Options | null {
  const equals = option.indexOf('=');
  const name = (equals < 0 ? option : option.slice(0, equals)).toLowerCase();
  const value = equals < 0 ? '' : unquote(option.slice(equals + 1));
  if (option.toLowerCase() === 'cert-authority') return { ...before, isAuthority: true };
  return value === '' ? null : withValue(name, value, before);
}

function withValue(name: string, value: string, before: Options): Options | null {
  const timeMs = parseTime(value);
  switch (name) {
    case 'namespaces':
      return { ...before, namespaces: value.split(',') };
    case 'valid-after':
      return timeMs === null ? null : { ...before, validAfterMs: timeMs };
    case 'valid-before':
      return timeMs === null ? null : { ...before, validBeforeMs: timeMs };
    default:
      return null;
  }
}

/** YYYYMMDD[HHMM[SS]][Z]; without Z in this machine's zone, as ssh-keygen takes it. */
export function parseTime(text: string): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z?)$/i.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => part || '00');
  const isUtc = match[7] !== '';
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${isUtc ? 'Z' : ''}`);
  return Number.isNaN(time.getTime()) ? null : time.getTime();
}

/** OpenSSH's match_pattern_list: a negated pattern that matches refuses, whatever else matches. */
export function matchesPatterns(patterns: readonly string[], text: string): boolean {
  const hits = (pattern: string): boolean => matchesGlob(pattern, text);
  if (patterns.some((pattern) => pattern.startsWith('!') && hits(pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && hits(pattern));
}

/** `*` and `?` only, any run of stars being one. */
function matchesGlob(pattern: string, text: string): boolean {
  const pieces = pattern.split(/\*+/);
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  if (pieces.length === 1) return fitsAt(first, text, 0) && first.length === text.length;
  if (first.length + last.length > text.length || !fitsAt(first, text, 0)) return false;
  if (!fitsAt(last, text, text.length - last.length)) return false;
  return holdsInOrder(pieces.slice(1, -1), text.slice(first.length, text.length - last.length));
}

function holdsInOrder(pieces: readonly string[], text: string): boolean {
  let at = 0;
  for (const piece of pieces) {
    while (at + piece.length <= text.length && !fitsAt(piece, text, at)) at += 1;
    if (at + piece.length > text.length) return false;
    at += piece.length;
  }
  return true;
}

function fitsAt(piece: string, text: string, at: number): boolean {
  for (let i = 0; i < piece.length; i += 1)
    if (piece[i] !== '?' && piece[i] !== text[at + i]) return false;
  return piece.length <= text.length - at;
}
