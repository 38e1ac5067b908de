// Changes to a list of signers as text: one line more, or one option more, and every other byte as it was.
import {
  formatSigner,
  parseAllowedSigners,
  splitMark,
  type AllowedSigner,
} from './allowed-signers.ts';

/** Where a line's key begins. */
const KEY = /(?<=\s)(?:(?:ssh|ecdsa|sk)-\S+\s+AAAA|[0-9A-Fa-f]{40}\s*$|https?:\/\/\S+ +\S+\s*$)/;

/** Lines that give this very key a say, not as an authority. */
const linesOf = (text: string, key: Uint8Array): readonly AllowedSigner[] =>
  parseAllowedSigners(text).signers.filter(
    (signer) => !signer.isAuthority && signer.blob.equals(key),
  );

/**
 * Adds a key wherever the old one is listed and has not ended, with the same names and options.
 *
 * @param comment a line above the first addition; null: none. @returns null where the old key is not listed so.
 */
export function addSuccessor(
  text: string,
  keys: { readonly from: Uint8Array; readonly to: Uint8Array; readonly atMs: number },
  comment: string | null,
): string | null {
  const { from, to, atMs } = keys;
  const old = linesOf(text, from).filter(
    ({ validBeforeMs }) => validBeforeMs === null || validBeforeMs > atMs,
  );
  if (old.length === 0) return null;
  const lines = text.split('\n');
  const added = old.map(({ line, principals }) => {
    const raw = splitMark(lines[line - 1] ?? '').text.trimEnd();
    const at = raw.search(KEY);
    return formatSigner(at > 0 ? raw.slice(0, at).trimEnd() : principals.join(','), to);
  });
  const last = Math.max(...old.map(({ line }) => line));
  return lines.toSpliced(last, 0, ...(comment === null ? [] : [comment]), ...added).join('\n');
}

/** @param endMs of the key's validity. @returns null where the key is not listed; the text as it was where it ends earlier. */
export function endKey(text: string, key: Uint8Array, endMs: number): string | null {
  const listed = linesOf(text, key);
  if (listed.length === 0) return null;
  const lines = text.split('\n');
  for (const { line, validBeforeMs } of listed)
    if (validBeforeMs === null || validBeforeMs > endMs)
      lines[line - 1] = endLine(lines[line - 1] ?? '', formatTime(endMs));
  return lines.join('\n');
}

/** YYYYMMDDHHMMSSZ, as ssh-keygen takes it. */
export const formatTime = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;

function endLine(raw: string, time: string): string {
  const { mark, text } = splitMark(raw);
  const at = text.search(KEY);
  const match = /^(\s*(?:"(?:[^"\\]|\\.)*"|[^\s"])+)(\s+)(.*)$/.exec(text.slice(0, at));
  if (at < 0 || match === null) return raw;
  const [, principals = '', gap = '', options = ''] = match;
  const key = text.slice(at);
  const kept = (options.trim().match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? []).filter(
    (option) => !/^valid-before=/i.test(option.trim()),
  );
  return `${mark}${principals}${gap}${[...kept, `valid-before="${time}"`].join(',')} ${key}`;
}
