// What became of calls that a laptop recorded: by its next request, as where it was recorded, or by what it knew already.
import { findOutcomes } from '../../agents/join-results.ts';
import { parseJson, stringAt } from '../../model/json.ts';
import type { ReportedEmission } from '../../model/reporting.ts';
import type { Session } from '../../model/session.ts';
import type { Message } from '../../model/wire.ts';
import type { Store } from '../../store/store.ts';
import { pickFormat } from '../../wire/formats.ts';
import type { OpenedExchange } from './open-reported.ts';
import { protocolOf } from './read-reported.ts';

export type OutcomeStore = Pick<Store, 'setOutcome' | 'reportOutcome'>;

/** @param session as it is here. */
export async function settleOutcomes(
  store: OutcomeStore,
  opened: OpenedExchange,
  session: Session,
): Promise<void> {
  const answered = findOutcomes(session.agent, readMessages(opened));
  for (const { callIds, outcome } of answered)
    if (outcome !== 'unknown')
      for (const callId of callIds) await store.setOutcome(session.id, callId, outcome);
  for (const emission of opened.emissions) await settleOwn(store, session, emission);
}

function readMessages({ record, request }: OpenedExchange): readonly Message[] {
  const [method, url] = [stringAt(record, 'method') ?? '', stringAt(record, 'url') ?? ''];
  const format = pickFormat(protocolOf(record), method, url);
  const json = format === null ? undefined : parseJson(Buffer.concat(request).toString('utf8'));
  return json === undefined ? [] : (format?.parseRequest(json, url)?.messages ?? []);
}

async function settleOwn(
  store: OutcomeStore,
  { id, agent, conversation }: Session,
  { callId, outcome, outcomeSource }: ReportedEmission,
): Promise<void> {
  if (callId === null || outcome === 'unknown') return;
  if (outcomeSource === 'wire') await store.setOutcome(id, callId, outcome);
  else if (agent !== null && conversation !== null)
    await store.reportOutcome({ agent, conversation, callId, outcome });
}
