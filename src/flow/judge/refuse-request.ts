// A request that policy keeps from the model because of a secret in it.
import { createHash } from 'node:crypto';
import { NO_MARKS } from '../../model/event-marks.ts';
import { Fault } from '../../model/fault.ts';
import type { ExchangeEnd } from '../../store/store.ts';
import type { Admitted } from '../record/record-exchange.ts';
import type { AtRest } from '../record/request-at-rest.ts';

/**
 * `onRequest: block` and `mask`: why the request must not go on; null where it may.
 *
 * @param isUnread there is a body, and it is too long or in an encoding that cannot be undone.
 */
export function refuseSecrets(
  { policy, connection }: Admitted,
  rest: AtRest,
  isUnread: boolean,
): Fault | null {
  if (rest.unmasked !== undefined) return rest.unmasked;
  const { onRequest } = policy.secrets;
  if (policy.mode === 'observe' || (onRequest !== 'block' && onRequest !== 'mask')) return null;
  if (isUnread && connection.protocol !== 'http')
    return new Fault('REQUEST_UNREAD', 'the request cannot be read, so it may hold secrets');
  const [first] = rest.masks;
  if (first === undefined || onRequest !== 'block') return null;
  return new Fault('SECRET_FOUND', `the request holds a secret (${first.rule})`, {
    fix: 'take it out of the conversation, or set secrets.onRequest: warn in your own configuration',
  });
}

/** The end of an exchange that was refused. */
export function refusedEnd(id: string, rest: AtRest): ExchangeEnd {
  const nothing = createHash('sha256').digest('hex');
  return {
    id,
    firstByteAtMs: null,
    endedAtMs: Date.now(),
    status: null,
    outcome: 'refused',
    headers: [],
    model: null,
    stopReason: null,
    usage: null,
    responseSha256: nothing,
    clientSha256: nothing,
    responseBytes: 0,
    marks: NO_MARKS,
    masks: rest.masks.map((mask) => ({ ...mask, isForwarded: false })),
    emissions: [],
  };
}
