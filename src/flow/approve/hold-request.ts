// A request that somebody must approve before it is sent: no connection to the upstream stands open meanwhile.
import { Fault } from '../../model/fault.ts';
import { holdAction } from './hold-action.ts';
import {
  type JudgedRequest,
  type RequestContent,
  type Stopped,
  stopRequest,
} from '../judge/judge-request.ts';
import type { Admitted, Recorder } from '../record/record-exchange.ts';
import type { RequestFacts } from '../record/request-facts.ts';
import { maskerFor } from '../mask/veil-book.ts';

export interface AskedRequest {
  readonly judged: JudgedRequest;
  readonly facts: RequestFacts;
  readonly content: Pick<RequestContent, 'request' | 'body'>;
  /** Aborted when the client hangs up. */
  readonly gone: AbortSignal;
}

/**
 * The same words as the prompt's, for a title or a router. It must not use up the approval of the prompt itself, nobody is
 * asked twice for one prompt, and clients do without: an error ends it where words would only be misread.
 */
const SIDE_CALL: Stopped = {
  kind: 'refused',
  fault: new Fault('APPROVAL_NEEDED', 'a side call with a prompt that needs approval', {
    fix: 'nothing needs to be done: the prompt itself is held',
  }),
};

/** @returns null where it may be sent. */
export async function holdRequest(
  recorder: Recorder,
  admitted: Admitted,
  { judged: { held }, facts, content, gone }: AskedRequest,
): Promise<Stopped | null> {
  if (held === null) return null;
  const { agent, session, recognised } = facts;
  if (recognised.isSideCall) return SIDE_CALL;
  const masker = maskerFor(recorder.maskers, admitted, facts.veil);
  const asks = { recorder, admitted, agent, session: session.id, masker };
  const holder = { ...asks, hasSigns: false, gone };
  const words = await holdAction(holder, held.subject, held.decisions);
  if (words === null && !gone.aborted) return null;
  return stopRequest(admitted, content, { code: 'APPROVAL_NEEDED', words: words ?? '' });
}
