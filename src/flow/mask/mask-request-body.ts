// How a request is masked: by its session's own masker where policy hides values from the model, by the rules' places on
// plain HTTP, else for the record alone.
import { maskHttpRequest } from './mask-http.ts';
import type { Admitted, Recorder } from '../record/record-exchange.ts';
import { type AtRest, maskForModel } from '../record/request-at-rest.ts';
import type { SessionVeil } from './veil-book.ts';

interface Body {
  readonly veil: SessionVeil | null;
  readonly decoded: Uint8Array;
  readonly isEmpty: boolean;
}

export function maskBody(
  { maskers }: Recorder,
  admitted: Admitted,
  { veil, decoded, isEmpty }: Body,
): AtRest {
  if (veil !== null) return maskForModel(veil, admitted, decoded);
  const masker = maskers.of(admitted.policy, admitted.known);
  return maskHttpRequest(masker, admitted, { body: decoded, isEmpty });
}
