// Requests masked for the record: every string of a JSON body, any other body as text. What goes to the model is not
// touched here.
import { createHash } from 'node:crypto';
import type { MaskRecord } from '../model/secret.ts';
import { decodeString, editString, editText, walkJson, type TextEdit } from './json-spans.ts';
import { isOpaque } from './opaque.ts';
import { sliceBody } from './request-slices.ts';
import { findEdits, type TextMasker } from './text-masker.ts';

export interface MaskedRequest {
  /** Put together they are the body, masked. */
  readonly slices: readonly Uint8Array[];
  readonly masks: readonly MaskRecord[];
}

export interface RequestMasker {
  /** @param body content encoding undone. */
  mask(body: Uint8Array): MaskedRequest;
}

/** Slices whose result is remembered: conversations send their history again with every turn. */
const REMEMBERED_MAX = 4096;
/** Below, looking it up costs as much as masking. */
const REMEMBERED_BYTES_MIN = 256;

interface MaskedSlice {
  /** null: nothing was found, the slice stands as it is. */
  readonly bytes: Uint8Array | null;
  readonly masks: readonly MaskRecord[];
}

interface State {
  readonly masker: TextMasker;
  /** By SHA-256 of the slice: a digest of text, never the text. Oldest use first. */
  readonly remembered: Map<string, MaskedSlice>;
}

/** One per process, or per set of rules: what it remembers holds for one masker. */
export function openRequestMasker(masker: TextMasker): RequestMasker {
  const state: State = { masker, remembered: new Map() };
  return {
    mask: (body) => {
      const isJson = isJsonText(body);
      const whole = isJson ? null : maskPlain(masker, body);
      const raw = sliceBody(whole?.bytes ?? body);
      if (!isJson) return { slices: raw, masks: dedupe(whole?.masks ?? []) };
      const masked = raw.map((slice) => recall(state, slice));
      return {
        slices: masked.map((one, i) => one.bytes ?? raw[i] ?? Buffer.alloc(0)),
        masks: dedupe(masked.flatMap((one) => one.masks)),
      };
    },
  };
}

function isJsonText(body: Uint8Array): boolean {
  const first = body.find((byte) => byte > 32);
  const last = body.findLast((byte) => byte > 32);
  return (first === 123 && last === 125) || (first === 91 && last === 93);
}

function recall(state: State, slice: Uint8Array): MaskedSlice {
  if (slice.length < REMEMBERED_BYTES_MIN) return maskJson(state.masker, slice);
  const key = createHash('sha256').update(slice).digest('base64');
  const found = state.remembered.get(key);
  const masked = found ?? maskJson(state.masker, slice);
  state.remembered.delete(key);
  state.remembered.set(key, masked);
  const oldest = state.remembered.keys().next();
  if (state.remembered.size > REMEMBERED_MAX && oldest.done !== true)
    state.remembered.delete(oldest.value);
  return masked;
}

/** @param slice JSON text that may begin and end inside a document, never inside a string. */
function maskJson(masker: TextMasker, slice: Uint8Array): MaskedSlice {
  const text = Buffer.from(slice.buffer, slice.byteOffset, slice.byteLength).toString('utf8');
  const edits: TextEdit[] = [];
  const masks: MaskRecord[] = [];
  walkJson(text, {
    string: (path, { start, end, isKey }) => {
      if (end - start < 6) return;
      const raw = text.slice(start, end);
      const decoded = decodeString(raw);
      if (!isKey && isOpaque(path, decoded)) return;
      const last = path.at(-1);
      const key = isKey || typeof last !== 'string' ? null : last;
      const found = findEdits(masker, decoded, { key, channel: 'request' });
      if (found.edits.length === 0) return;
      edits.push({ start, end, replacement: editString(raw, found.edits) });
      masks.push(...found.masks);
    },
  });
  return { bytes: edits.length === 0 ? null : Buffer.from(editText(text, edits), 'utf8'), masks };
}

/** Text that is not UTF-8 is read byte by byte, so that the bytes around a secret stay what they are. */
function maskPlain(masker: TextMasker, body: Uint8Array): MaskedSlice {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const utf8 = bytes.toString('utf8');
  const encoding = Buffer.from(utf8, 'utf8').equals(bytes) ? 'utf8' : 'latin1';
  const text = encoding === 'utf8' ? utf8 : bytes.toString('latin1');
  const found = findEdits(masker, text, { key: null, channel: 'request' });
  const masked =
    found.edits.length === 0 ? null : Buffer.from(editText(text, found.edits), encoding);
  return { bytes: masked, masks: found.masks };
}

const dedupe = (masks: readonly MaskRecord[]): readonly MaskRecord[] => [
  ...new Map(masks.map((mask) => [`${mask.rule} ${mask.placeholder}`, mask])).values(),
];
