// One part of a request's body, masked: for the record everything, for the model what may be changed.
import type { MaskRange, MaskRecord } from '../model/secret.ts';
import {
  decodeString,
  editString,
  editText,
  type JsonPath,
  rawOffset,
  type TextEdit,
  walkJson,
} from './json-spans.ts';
import { isOpaque, isSealedType, isSealKey } from './opaque.ts';
import { findEdits, type FoundEdits, type TextMasker } from './text-masker.ts';

/** null: nothing to change, the part stands as it is. */
export interface MaskedPart {
  readonly record: Uint8Array | null;
  readonly forwarded: Uint8Array | null;
  readonly masks: readonly MaskRecord[];
}

/**
 * Does a mask change what the model gets?
 *
 * @param isSealed the text is signed, or stands beside something that is: the provider refuses any other bytes.
 */
export type ReachesModel = (placeholder: string, isSealed: boolean) => boolean;

interface Found {
  readonly path: JsonPath;
  readonly start: number;
  readonly end: number;
  readonly edits: FoundEdits;
}

/** @param slice JSON text that may begin and end inside a document, never inside a string. */
export function maskJson(masker: TextMasker, reaches: ReachesModel, slice: Uint8Array): MaskedPart {
  const text = Buffer.from(slice.buffer, slice.byteOffset, slice.byteLength).toString('utf8');
  const sealed: JsonPath[] = [];
  const found: Found[] = [];
  walkJson(text, {
    string: (path, { start, end, isKey }) => {
      const decoded = decodeString(text.slice(start, end));
      if (isSeal(path, decoded, isKey)) sealed.push(path.slice(0, -1));
      if (end - start < 6 || (!isKey && isOpaque(path, decoded))) return;
      const edits = findEdits(masker, decoded, {
        key: isKey ? null : keyOf(path),
        channel: 'request',
      });
      if (edits.edits.length > 0) found.push({ path: [...path], start, end, edits });
    },
  });
  if (found.length === 0) return UNTOUCHED;
  const isSealed = (path: JsonPath): boolean => sealed.some((seal) => isBelow(path, seal));
  return applyFound(text, found, (placeholder, path) => reaches(placeholder, isSealed(path)));
}

const keyOf = (path: JsonPath): string | null => {
  const last = path.at(-1);
  return typeof last === 'string' ? last : null;
};

/** Does the string say that the object which it is in is signed or sealed? */
const isSeal = (path: JsonPath, text: string, isKey: boolean): boolean =>
  isKey ? isSealKey(text) : path.at(-1) === 'type' && isSealedType(text);

const UNTOUCHED: MaskedPart = { record: null, forwarded: null, masks: [] };

/** A call stands beside a signature without being signed itself. */
const isBelow = (path: JsonPath, seal: JsonPath): boolean =>
  seal.every((key, i) => key === path[i]) && path[seal.length] !== 'functionCall';

function applyFound(
  text: string,
  found: readonly Found[],
  isForModel: (placeholder: string, path: JsonPath) => boolean,
): MaskedPart {
  const record: TextEdit[] = [];
  const forwarded: TextEdit[] = [];
  const masks: MaskRecord[] = [];
  for (const { path, start, end, edits } of found) {
    const raw = text.slice(start, end);
    const reached = edits.edits.filter((edit) => isForModel(edit.replacement, path));
    record.push({ start, end, replacement: editString(raw, edits.edits) });
    if (reached.length > 0) forwarded.push({ start, end, replacement: editString(raw, reached) });
    const at = Buffer.byteLength(text.slice(0, start));
    const offset = (decoded: number): number =>
      at + Buffer.byteLength(raw.slice(0, rawOffset(raw, decoded)));
    for (const mask of edits.masks)
      masks.push(placed(directed(mask, isForModel(mask.placeholder, path)), offset));
  }
  return {
    record: Buffer.from(editText(text, record), 'utf8'),
    forwarded: forwarded.length === 0 ? null : Buffer.from(editText(text, forwarded), 'utf8'),
    masks,
  };
}

const directed = (mask: MaskRecord, isForModel: boolean): MaskRecord =>
  isForModel ? { ...mask, direction: 'toModel', isForwarded: false } : mask;

const placed = (mask: MaskRecord, offset: (at: number) => number): MaskRecord => ({
  ...mask,
  ranges: mask.ranges.map(([start, end]): MaskRange => [offset(start), offset(end)]),
});

/** Text that is not UTF-8 is read byte by byte, so that the bytes around a secret stay what they are. */
export function maskPlain(masker: TextMasker, reaches: ReachesModel, body: Uint8Array): MaskedPart {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const utf8 = bytes.toString('utf8');
  const encoding = Buffer.from(utf8, 'utf8').equals(bytes) ? 'utf8' : 'latin1';
  const text = encoding === 'utf8' ? utf8 : bytes.toString('latin1');
  const { edits, masks } = findEdits(masker, text, { key: null, channel: 'request' });
  if (edits.length === 0) return UNTOUCHED;
  const reached = edits.filter(({ replacement }) => reaches(replacement, false));
  const encode = (applied: readonly TextEdit[]): Uint8Array =>
    Buffer.from(editText(text, applied), encoding);
  const offset = (at: number): number => Buffer.byteLength(text.slice(0, at), encoding);
  return {
    record: encode(edits),
    forwarded: reached.length === 0 ? null : encode(reached),
    masks: masks.map((mask) => placed(directed(mask, reaches(mask.placeholder, false)), offset)),
  };
}
