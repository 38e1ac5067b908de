// A request as the store keeps it: masked, cut at the elements of its lists, with the headers that a list names.
import type { Fault } from '../../model/fault.ts';
import { parseJson } from '../../model/json.ts';
import type { MaskRecord } from '../../model/secret.ts';
import type { AddedText } from '../../model/session.ts';
import type { WireRequest } from '../../model/wire.ts';
import { pairsOf } from '../../proxy/headers.ts';
import { maskHeaders, maskUrl } from '../../wire/mask-headers.ts';
import type { PolicyMasker } from '../mask/maskers.ts';
import type { Admitted } from './record-exchange.ts';
import type { SessionVeil } from '../mask/veil-book.ts';

export interface AtRest {
  /** Put together they are the masked body. */
  readonly slices: readonly Uint8Array[];
  /** What goes on in place of the body; null: what came. */
  readonly forwarded: Uint8Array | null;
  readonly headers: readonly (readonly [string, string])[];
  /** Path and query. */
  readonly url: string;
  readonly masks: readonly MaskRecord[];
  /** The masked body as its format reads it; null where masking changed nothing or the format is unknown. */
  readonly request: WireRequest | null;
  /** What of `forwarded` is ours. */
  readonly added?: AddedText;
  /** Why it cannot be masked as a rule wants it; null where it is. */
  readonly unmasked?: Fault;
}

/** @param body decoded; empty where it is too long to be kept or in an encoding that cannot be undone. */
export function maskAtRest(
  masker: PolicyMasker,
  { knock, format }: Pick<Admitted, 'knock' | 'format'>,
  body: Uint8Array,
): AtRest {
  const { slices, forwarded, masks } = masker.requests.mask(body);
  const headers = maskHeaders(masker.text, pairsOf(knock.headers));
  const url = maskUrl(masker.text, knock.path);
  const json =
    masks.length === 0 || format === null
      ? undefined
      : parseJson(Buffer.concat(slices).toString('utf8'));
  return {
    slices,
    forwarded,
    headers: headers.headers,
    url: url.url,
    masks: [...masks, ...headers.masks, ...url.masks],
    request: json === undefined || format === null ? null : format.parseRequest(json, knock.path),
  };
}

const ROUNDS_MAX = 3;

/** What a session learns from a request is hidden in all of it: what came before is masked once more. */
export function maskForModel(
  veil: SessionVeil,
  admitted: Pick<Admitted, 'knock' | 'format' | 'policy' | 'known'>,
  body: Uint8Array,
): AtRest {
  let masker = veil.masker(admitted);
  let rest = maskAtRest(masker, admitted, body);
  for (let round = 1; round < ROUNDS_MAX; round += 1) {
    const next = veil.masker(admitted);
    if (next === masker) break;
    masker = next;
    rest = maskAtRest(masker, admitted, body);
  }
  return rest;
}
