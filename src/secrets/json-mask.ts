// Masks a JSON text that arrives in fragments (a tool call's arguments). Scanned are the decoded strings, keys too;
// edited are the raw characters that they came from, so numbers, structure and escapes stay as they are and what goes
// out is at every moment a prefix of well-formed JSON. From where a text turns out not to be JSON it is plain text.
import type { ChannelMask, MaskEdit, MaskStep } from '../model/secret.ts';
import { openTextMask } from './channel-mask.ts';
import {
  endJsonString,
  flushJsonString,
  openJsonString,
  readJsonString,
  type JsonString,
} from './json-string.ts';
import type { Masker } from './mask-text.ts';

/** Raw text before a string, in which its key stands. */
const CONTEXT_LENGTH = 256;
const WORD_LENGTH_MAX = 40;
const BARE_WORD = /^(?:-?\d[\d.eE+-]*|-|t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|n(?:u(?:ll?)?)?)$/;

interface Container {
  readonly isArray: boolean;
  /** The key whose value comes, or the index of the element. */
  step: string | number;
}

interface Reader {
  readonly masker: Masker;
  readonly stack: Container[];
  /** Offset of the next raw character. */
  at: number;
  /** The last raw characters before `at`. */
  tail: string;
  string: JsonString | null;
  isKeyNext: boolean;
  /** Characters of an unfinished number, `true`, `false` or `null`. */
  word: string;
  /** Set once the text is not JSON: its offsets start at `base`. */
  plain: { readonly mask: ChannelMask; readonly base: number } | null;
  edits: MaskEdit[];
}

export function openJsonMask(masker: Masker): ChannelMask {
  const reader: Reader = {
    masker,
    stack: [],
    at: 0,
    tail: '',
    string: null,
    isKeyNext: false,
    word: '',
    plain: null,
    edits: [],
  };
  return {
    push: (text) => {
      const read = readJson(reader, text);
      if (reader.string !== null) reader.edits.push(...flushJsonString(reader.string));
      if (reader.plain !== null) addPlain(reader, reader.plain.mask.push(text.slice(read)));
      return takeStep(reader);
    },
    end: () => {
      if (reader.string !== null) closeString(reader, reader.string);
      if (reader.plain !== null) addPlain(reader, reader.plain.mask.end());
      return takeStep(reader);
    },
  };
}

function takeStep(reader: Reader): MaskStep {
  const edits = reader.edits;
  reader.edits = [];
  return { decidedTo: reader.string?.decidedTo ?? reader.at, edits };
}

/** Reads until the text ends or stops being JSON. @returns how many characters were read. */
function readJson(reader: Reader, text: string): number {
  let index = 0;
  while (index < text.length && reader.plain === null) {
    const from = index;
    if (reader.string === null) {
      if (readStructure(reader, text.charAt(index))) index += 1;
    } else {
      index += readJsonString(reader.string, text, { from, at: reader.at });
      if (index < text.length) {
        reader.at += index - from;
        closeString(reader, reader.string);
        moveOn(reader, text.slice(from, index + 1), 1);
        index += 1;
        continue;
      }
    }
    moveOn(reader, text.slice(from, index), index - from);
  }
  return index;
}

function moveOn(reader: Reader, read: string, count: number): void {
  reader.tail = (reader.tail + read).slice(-CONTEXT_LENGTH);
  reader.at += count;
}

/** @returns false where this is no JSON: the character is left for the plain mask. */
function readStructure(reader: Reader, character: string): boolean {
  const isWordPart = /[^\s"{}[\],:]/.test(character);
  if (isWordPart) return readWord(reader, character);
  reader.word = '';
  const top = reader.stack.at(-1);
  if (character === '"') beginString(reader);
  else if (character === '{' || character === '[') {
    reader.stack.push({ isArray: character === '[', step: character === '[' ? 0 : '' });
    reader.isKeyNext = character === '{';
  } else if (character === '}' || character === ']') reader.stack.pop();
  else if (character === ',') nextMember(reader, top);
  else if (character === ':') reader.isKeyNext = false;
  return true;
}

function readWord(reader: Reader, character: string): boolean {
  reader.word += character;
  if (reader.word.length <= WORD_LENGTH_MAX && BARE_WORD.test(reader.word)) return true;
  const mask = openTextMask(reader.masker, reader.tail);
  reader.plain = { mask, base: reader.at };
  return false;
}

function nextMember(reader: Reader, top: Container | undefined): void {
  reader.isKeyNext = top !== undefined && !top.isArray;
  if (top?.isArray === true && typeof top.step === 'number') top.step += 1;
}

function beginString(reader: Reader): void {
  const isKey = reader.isKeyNext;
  const steps = reader.stack.map((container) => container.step);
  const pointer = isKey ? steps.slice(0, -1) : steps;
  const context = isKey ? '' : `${reader.tail}"`;
  reader.string = openJsonString(openTextMask(reader.masker, context), reader.at + 1, {
    pointer,
    isKey,
  });
}

function closeString(reader: Reader, string: JsonString): void {
  reader.edits.push(...endJsonString(string));
  const top = reader.stack.at(-1);
  if (string.isKey && top !== undefined) top.step = string.name;
  reader.string = null;
}

function addPlain(reader: Reader, step: MaskStep): void {
  const base = reader.plain?.base ?? 0;
  reader.at = base + step.decidedTo;
  reader.edits.push(
    ...step.edits.map((edit) => ({ ...edit, start: base + edit.start, end: base + edit.end })),
  );
}
