// Requests masked: every string of a JSON body, any other body as text. The record never has a secret; what goes on to
// the model differs from what came only where the masks say so, and what is signed or sealed stays as it is.
import { createHash } from 'node:crypto';
import type { MaskRange, MaskRecord } from '../model/secret.ts';
import { joinMasks } from './mask-book.ts';
import { maskJson, maskPlain, type MaskedPart, type ReachesModel } from './mask-body.ts';
import { sliceBody } from './request-slices.ts';
import type { TextMasker } from './text-masker.ts';

export interface MaskedRequest {
  /** Put together they are the body, masked. */
  readonly slices: readonly Uint8Array[];
  /** What goes on; null: the body as it came. */
  readonly forwarded: Uint8Array | null;
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

interface State {
  readonly masker: TextMasker;
  readonly reaches: ReachesModel;
  /** By SHA-256 of the slice: a digest of text, never the text. Oldest use first. */
  readonly remembered: Map<string, MaskedPart>;
}

const NONE_REACHES: ReachesModel = () => false;

/**
 * One per process, or per set of rules: what it remembers holds for one masker.
 *
 * @param reaches which masks reach the model; by default none does, and the record alone is masked.
 */
export function openRequestMasker(
  masker: TextMasker,
  reaches: ReachesModel = NONE_REACHES,
): RequestMasker {
  const state: State = { masker, reaches, remembered: new Map() };
  return { mask: (body) => (isJsonText(body) ? maskSlices(state, body) : maskWhole(state, body)) };
}

function maskSlices(state: State, body: Uint8Array): MaskedRequest {
  const raw = sliceBody(body);
  const masked = raw.map((slice) => recall(state, slice));
  let at = 0;
  const masks = masked.flatMap((one, i) => {
    const from = at;
    at += raw[i]?.length ?? 0;
    return one.masks.map((mask) => ({
      ...mask,
      ranges: mask.ranges.map(([start, end]): MaskRange => [from + start, from + end]),
    }));
  });
  const isChanged = masked.some((one) => one.forwarded !== null);
  const forwarded = masked.map((one, i) => one.forwarded ?? raw[i] ?? EMPTY);
  return {
    slices: masked.map((one, i) => one.record ?? raw[i] ?? EMPTY),
    forwarded: isChanged ? Buffer.concat(forwarded) : null,
    masks: joinMasks(masks),
  };
}

const EMPTY = Buffer.alloc(0);

function maskWhole({ masker, reaches }: State, body: Uint8Array): MaskedRequest {
  const { record, forwarded, masks } = maskPlain(masker, reaches, body);
  return { slices: sliceBody(record ?? body), forwarded, masks: joinMasks(masks) };
}

function isJsonText(body: Uint8Array): boolean {
  const first = body.find((byte) => byte > 32);
  const last = body.findLast((byte) => byte > 32);
  return (first === 123 && last === 125) || (first === 91 && last === 93);
}

function recall({ masker, reaches, remembered }: State, slice: Uint8Array): MaskedPart {
  if (slice.length < REMEMBERED_BYTES_MIN) return maskJson(masker, reaches, slice);
  const key = createHash('sha256').update(slice).digest('base64');
  const masked = remembered.get(key) ?? maskJson(masker, reaches, slice);
  remembered.delete(key);
  remembered.set(key, masked);
  const oldest = remembered.keys().next();
  if (remembered.size > REMEMBERED_MAX && oldest.done !== true) remembered.delete(oldest.value);
  return masked;
}
