// Replaces secrets in a file by placeholders, where that leaves the file what it is. Whatever is doubtful is not replaced:
// a refused commit costs a minute, a broken file costs more.
import type { SecretHit } from './finding.ts';

export interface Replacement {
  readonly hit: SecretHit;
  /** Word characters only. */
  readonly placeholder: string;
}

/** Files that tools write and check: a changed character breaks an install or a signature. */
const CHECKED_FILES =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|go\.sum|packages\.lock\.json|[^/]*\.lock|[^/]*\.lockb?|[^/]*\.(?:sig|asc|minisig|sha\d+|pem|crt|p7s|jwt|map|min\.js))$/i;
const SIGNED_TEXT = /^-----BEGIN PGP SIGNED MESSAGE-----/m;
const CHECKED_LINE = /\bintegrity\b|\bsha(?:1|256|384|512)[-:=]|\bchecksum\b/i;

/** No quote, escape, bracket, blank or comment sign: such a value and a placeholder are one word to any parser. */
const PLAIN_VALUE = /^[A-Za-z0-9_+/=.~:@!%^*-]+$/;
/** Here a bare word is a name, not a value. */
const NEEDS_QUOTES = /\.(?:[cm]?[jt]sx?|py|toml|json5?|rs|go|java|kt|cs|rb|php|swift|c|cc|cpp|h)$/i;

/**
 * @param text the whole file.
 * @returns the new text, or null where any of the replacements could change what the file is.
 */
export function replaceSecrets(
  path: string,
  text: string,
  replacements: readonly Replacement[],
): string | null {
  if (CHECKED_FILES.test(path) || SIGNED_TEXT.test(text) || text.includes('\0')) return null;
  const starts = lineStarts(text);
  const placed: (Replacement & { readonly start: number })[] = [];
  for (const each of replacements) {
    const start = findValue(path, text, { hit: each.hit, starts });
    if (start === null) return null;
    placed.push({ ...each, start });
  }
  let next = text;
  for (const { start, placeholder, hit } of placed.toSorted((a, b) => b.start - a.start))
    next = `${next.slice(0, start)}${placeholder}${next.slice(start + hit.value.length)}`;
  return path.endsWith('.json') && isJson(text) && !isJson(next) ? null : next;
}

/** @returns the offset of the value; null where it does not stand there, or cannot be replaced there. */
function findValue(
  path: string,
  text: string,
  { hit, starts }: { readonly hit: SecretHit; readonly starts: readonly number[] },
): number | null {
  const lineStart = starts[hit.firstLine - 1] ?? text.length;
  const start = lineStart + hit.firstColumn - 1;
  const line = text.slice(lineStart, starts[hit.firstLine]);
  return text.startsWith(hit.value, start) && isPlain(path, line, hit) ? start : null;
}

function isPlain(path: string, line: string, hit: SecretHit): boolean {
  if (!PLAIN_VALUE.test(hit.value) || CHECKED_LINE.test(line)) return false;
  return !NEEDS_QUOTES.test(path) || isQuoted(line, hit.firstColumn - 1);
}

/** Does an odd number of quotes of one kind, or the start of a comment, stand before the place? */
function isQuoted(line: string, at: number): boolean {
  const before = line.slice(0, at).replace(/\\./g, '');
  const isOpen = [`'`, '"', '`'].some((quote) => before.split(quote).length % 2 === 0);
  return isOpen || /(?:\/\/|\/\*|#|^\s*\*)/.test(before);
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // jsonc, templates: nothing to keep
  }
}

/**
 * The same in the working file, which filters and edits since may have made another one: whole lines as they are staged,
 * line ends aside. What is not staged stays, a longer value that holds this one too.
 *
 * @param bytes of the file, one character each.
 */
export function replaceInLines(bytes: string, replacements: readonly Replacement[]): string {
  const lines = new Map<string, string>();
  const longestFirst = replacements.toSorted((a, b) => b.hit.value.length - a.hit.value.length);
  for (const { hit, placeholder } of longestFirst) {
    const line = bytesOf(hit.line).replace(/\r$/, '');
    const next = (lines.get(line) ?? line).replaceAll(bytesOf(hit.value), placeholder);
    lines.set(line, next);
  }
  return bytes
    .split('\n')
    .map((line) => {
      const end = line.endsWith('\r') ? '\r' : '';
      const bare = line.slice(0, line.length - end.length);
      return `${lines.get(bare) ?? bare}${end}`;
    })
    .join('\n');
}

/** As a file holds it, one character each byte. */
export const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
