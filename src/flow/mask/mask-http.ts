// Rules with `action: mask` on requests through http connections and their replies.
import { isNamed } from '../../guard/stream-rules.ts';
import { Fault } from '../../model/fault.ts';
import type { HttpMask } from '../../model/policy.ts';
import { type ReplyHead } from '../../proxy/door.ts';
import { valueOf } from '../../proxy/headers.ts';
import { PLACEHOLDER } from '../../secrets/placeholder.ts';
import { openJsonPaths } from '../../wire/json-paths.ts';
import { openPathMask, type PathMask } from '../../wire/path-mask.ts';
import type { PolicyMasker } from './maskers.ts';
import type { Admitted } from '../record/record-exchange.ts';
import { type AtRest, maskAtRest } from '../record/request-at-rest.ts';

type Place = Pick<Admitted, 'policy' | 'connection' | 'knock' | 'format'>;

const JSON_TYPE = /\bjson\b/i;

/** @returns null where no rule masks this reply. A reply that may hold values and is no JSON is stopped by the mask. */
export function openReplyPaths(
  masker: PolicyMasker,
  place: Place,
  { status, headers }: ReplyHead,
): PathMask | null {
  const isFailure = status < 200 || status > 299;
  if (isFailure && !JSON_TYPE.test(valueOf(headers, 'content-type') ?? '')) return null;
  return openPaths(masker, place, 'reply');
}

/** @param body decoded; empty where it cannot be read. */
export function maskHttpRequest(
  masker: PolicyMasker,
  place: Place,
  { body, isEmpty }: { readonly body: Uint8Array; readonly isEmpty: boolean },
): AtRest {
  const paths = isEmpty ? null : openPaths(masker, place, 'request');
  if (paths === null) return maskAtRest(masker, place, body);
  try {
    if (body.length === 0) throw new Error('the body cannot be read');
    const masked = Buffer.concat([paths.push(body), paths.end()]);
    const rest = maskAtRest(masker, place, masked);
    const masks = paths.masks();
    return masks.length === 0
      ? rest
      : { ...rest, forwarded: masked, masks: [...masks, ...rest.masks] };
  } catch {
    const [rule] = masksOf(place, 'request');
    const unmasked = new Fault(
      'RULE_BLOCKED',
      `rule ${rule?.name ?? ''} masks values in requests, and this one is no JSON that can be read`,
    );
    return { ...maskAtRest(masker, place, EMPTY), unmasked };
  }
}

const EMPTY = new Uint8Array(0);

function masksOf(
  { policy, connection, knock }: Place,
  side: 'request' | 'reply',
): readonly HttpMask[] {
  if (connection.protocol !== 'http' || policy.mode === 'observe') return [];
  return policy.httpMasks.filter((mask) => (mask.side ?? side) === side && isNamed(mask, knock));
}

function openPaths(masker: PolicyMasker, place: Place, side: 'request' | 'reply'): PathMask | null {
  const masks = masksOf(place, side);
  const [first] = masks;
  if (first === undefined) return null;
  const hide = (value: string): string =>
    isPlaceholder(value) ? value : masker.text.hide(first.name.replaceAll('-', '_'), value);
  return openPathMask({
    isMasked: openJsonPaths(masks.flatMap(({ paths }) => paths)),
    hide,
    facts: {
      rule: first.name,
      direction: side === 'reply' ? 'toAgent' : 'toModel',
      isForwarded: false,
      channel: side === 'reply' ? 'body' : 'request',
    },
  });
}

const isPlaceholder = (value: string): boolean => value.replace(PLACEHOLDER, '') === '';
