// A request that somebody must approve before it is sent: no connection to the upstream stands open meanwhile.
import { holdAction } from './hold-action.ts';
import {
  type JudgedRequest,
  type RequestContent,
  type Stopped,
  stopRequest,
} from './judge-request.ts';
import type { Admitted, Recorder } from './record-exchange.ts';
import type { RequestFacts } from './record-request.ts';
import { maskerFor } from './veil-book.ts';

export interface AskedRequest {
  readonly judged: JudgedRequest;
  readonly facts: RequestFacts;
  readonly content: Pick<RequestContent, 'request' | 'body'>;
  /** Aborted when the client hangs up. */
  readonly gone: AbortSignal;
}

/** @returns null where it may be sent. */
export async function holdRequest(
  recorder: Recorder,
  admitted: Admitted,
  { judged: { held }, facts, content, gone }: AskedRequest,
): Promise<Stopped | null> {
  if (held === null) return null;
  const { agent, session, recognised } = facts;
  const { isSideCall } = recognised;
  const { stream: masker } = maskerFor(recorder.maskers, admitted, facts.veil);
  const asks = { recorder, admitted, agent, session: session.id, masker, isSideCall };
  const holder = { ...asks, hasSigns: false, gone };
  const words = await holdAction(holder, held.subject, held.decisions);
  if (words === null && !gone.aborted) return null;
  return stopRequest(admitted, content, { code: 'APPROVAL_NEEDED', words: words ?? '' });
}
