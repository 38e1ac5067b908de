// One string of a JSON text that is being masked: raw characters in, decoded characters to a text mask, its edits back
// to raw offsets.
import type { ChannelMask, MaskEdit, MaskStep } from '../model/secret.ts';

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const NAME_LENGTH_MAX = 256;

export interface JsonString {
  readonly mask: ChannelMask;
  readonly pointer: readonly (string | number)[];
  readonly isKey: boolean;
  /** `starts[i]` is the raw offset of decoded character `skipped + i`. */
  starts: number[];
  skipped: number;
  /** Raw offset after the last complete character. */
  rawEnd: number;
  /** Characters of an unfinished escape, backslash first. */
  escape: string;
  /** Decoded, not yet given to the mask. */
  fresh: string;
  /** The beginning of the decoded text: a key's name. */
  name: string;
  decidedTo: number;
}

export const openJsonString = (
  mask: ChannelMask,
  at: number,
  facts: { readonly pointer: readonly (string | number)[]; readonly isKey: boolean },
): JsonString => ({
  mask,
  ...facts,
  starts: [],
  skipped: 0,
  rawEnd: at,
  escape: '',
  fresh: '',
  name: '',
  decidedTo: at,
});

/**
 * Reads raw characters of the string.
 *
 * @param where `from` is the index in `text` to begin at, `at` its raw offset.
 * @returns how many were read; fewer than there are where the closing quote stands next.
 */
export function readJsonString(
  string: JsonString,
  text: string,
  where: { readonly from: number; readonly at: number },
): number {
  let index = where.from;
  for (; index < text.length; index += 1) {
    const character = text.charAt(index);
    const at = where.at + index - where.from;
    if (string.escape !== '') readEscape(string, character, at);
    else if (character === '"') break;
    else if (character === '\\') string.escape = character;
    else addDecoded(string, character, { start: at, end: at + 1 });
  }
  return index - where.from;
}

function readEscape(string: JsonString, character: string, at: number): void {
  const escape = string.escape + character;
  if (escape.startsWith('\\u') && escape.length < 6) {
    string.escape = escape;
    return;
  }
  string.escape = '';
  addDecoded(string, decodeEscape(escape), { start: at - escape.length + 1, end: at + 1 });
}

function decodeEscape(escape: string): string {
  if (!escape.startsWith('\\u')) return ESCAPES[escape.slice(1)] ?? escape.slice(1);
  const code = Number.parseInt(escape.slice(2), 16);
  return Number.isNaN(code) ? '\ufffd' : String.fromCharCode(code);
}

/** @param raw offsets of what the character was written as, end exclusive. */
function addDecoded(
  string: JsonString,
  character: string,
  raw: { start: number; end: number },
): void {
  string.fresh += character;
  string.starts.push(raw.start);
  string.rawEnd = raw.end;
  if (string.isKey && string.name.length < NAME_LENGTH_MAX) string.name += character;
}

/** Gives what was decoded to the mask. @returns edits in raw offsets. */
export function flushJsonString(string: JsonString): readonly MaskEdit[] {
  if (string.fresh === '') return [];
  const step = string.mask.push(string.fresh);
  string.fresh = '';
  return takeRaw(string, step);
}

export function endJsonString(string: JsonString): readonly MaskEdit[] {
  return [...flushJsonString(string), ...takeRaw(string, string.mask.end())];
}

function takeRaw(string: JsonString, step: MaskStep): readonly MaskEdit[] {
  const rawOf = (decoded: number): number =>
    string.starts[decoded - string.skipped] ?? string.rawEnd;
  const edits = step.edits.map((edit) => ({
    ...edit,
    // a value is any text, a placeholder never needs an escape
    replacement: edit.restores === undefined ? edit.replacement : escapeJson(edit.replacement),
    start: rawOf(edit.start),
    end: rawOf(edit.end),
    pointer: string.pointer,
  }));
  string.decidedTo = rawOf(step.decidedTo);
  string.starts.splice(0, step.decidedTo - string.skipped);
  string.skipped = step.decidedTo;
  return edits;
}

const escapeJson = (text: string): string => JSON.stringify(text).slice(1, -1);
