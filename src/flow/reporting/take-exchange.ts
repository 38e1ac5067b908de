// One exchange of a laptop's log becomes a record of the team's store, of whoever the token names.
import type { Identified } from '../../identity/identify.ts';
import { fingerprintEdit } from '../../match/fingerprints.ts';
import { numberAt, parseJson, stringAt } from '../../model/json.ts';
import type { ExchangeContext, Grant, Session } from '../../model/session.ts';
import type { WireName } from '../../model/wire.ts';
import { newGrantId } from '../../store/ids.ts';
import type { ExchangeDraft, ExchangeEnd, Store } from '../../store/store.ts';
import type { OpenedExchange } from './open-reported.ts';
import { readContext } from './read-context.ts';
import { protocolOf, readMask, readPairs, readPlace, readUsage } from './read-reported.ts';
import { type OutcomeStore, settleOutcomes } from './settle-outcomes.ts';

export type ExchangeStore = OutcomeStore &
  Pick<
    Store,
    | 'findGrant'
    | 'addGrant'
    | 'joinSession'
    | 'findExchange'
    | 'beginExchange'
    | 'appendReply'
    | 'endExchange'
    | 'readKey'
  >;

export interface Taken {
  readonly visitor: Identified;
  /** Of the laptop's log. */
  readonly origin: string;
  readonly opened: OpenedExchange;
  /** Of the exchange here. */
  readonly name: string;
}

export async function takeExchange(store: ExchangeStore, taken: Taken): Promise<void> {
  const { visitor, opened, name } = taken;
  const { record, session: told, context } = opened;
  const grant = await findLaptop(store, taken);
  const session = await store.joinSession(grant.id, stringAt(record, 'session'), {
    agent: stringAt(told, 'agent'),
    agentVersion: stringAt(told, 'agentVersion'),
    parent: stringAt(told, 'parent'),
    place: readPlace(told['place']),
    atMs: numberAt(record, 'startedAtMs') ?? Date.now(),
    principal: visitor.principal,
    identity: visitor.identity,
  });
  const known = readContext(visitor, session, context);
  await store.beginExchange(draftOf(taken, session, known));
  for (const piece of opened.reply) await store.appendReply(name, piece);
  await store.endExchange(endOf(taken, await store.readKey()));
  await settleOutcomes(store, opened, session);
}

/** One grant for each log: no token leads to it. */
async function findLaptop(
  store: ExchangeStore,
  { visitor: { principal, identity }, origin, opened }: Taken,
): Promise<Grant> {
  const name = `laptop:${origin}`;
  const found = await store.findGrant(name);
  if (found !== null) return found;
  const nowMs = Date.now();
  const grant: Grant = {
    id: newGrantId(),
    tokenSha256: name,
    principal,
    identity,
    place: readPlace(opened.session['place']),
    agent: null,
    openedAtMs: nowMs,
    lastUsedAtMs: nowMs,
    expiresAtMs: nowMs,
    endedAtMs: null,
  };
  await store.addGrant(grant).catch(() => undefined); // another instance was first
  return (await store.findGrant(name)) ?? grant;
}

const WIRES = [
  'anthropic-messages',
  'openai-responses',
  'openai-chat',
  'openai-completions',
  'gemini',
] as const satisfies readonly WireName[];

function draftOf(
  { name, opened }: Taken,
  session: Session,
  context: ExchangeContext | null,
): ExchangeDraft {
  const { record, request, requestHeaders } = opened;
  const text = (key: string): string => stringAt(record, key) ?? '';
  return {
    id: name,
    session: session.id,
    connection: text('connection'),
    protocol: protocolOf(record),
    wire: WIRES.find((one) => one === text('wire')) ?? null,
    method: text('method'),
    url: text('url'),
    headers: readPairs(requestHeaders),
    startedAtMs: numberAt(record, 'startedAtMs') ?? Date.now(),
    requestSha256: text('requestSha256'),
    requestBytes: numberAt(record, 'requestBytes') ?? 0,
    slices: request,
    model: stringAt(record, 'model'),
    context,
  };
}

const OUTCOMES = ['ok', 'client-abort', 'upstream-error', 'refused'] as const;

/** @param key the team's: what is found by its fingerprints is found with these. */
function endOf({ name, opened }: Taken, key: Uint8Array): ExchangeEnd {
  const { record, responseHeaders, marks, emissions } = opened;
  const text = (field: string): string => stringAt(record, field) ?? '';
  const masks = parseJson(stringAt(record, 'masks') ?? '[]');
  return {
    id: name,
    firstByteAtMs: numberAt(record, 'firstByteAtMs'),
    endedAtMs: numberAt(record, 'endedAtMs') ?? Date.now(),
    status: numberAt(record, 'status'),
    outcome: OUTCOMES.find((one) => one === text('outcome')) ?? 'upstream-error',
    headers: readPairs(responseHeaders),
    model: stringAt(record, 'model'),
    stopReason: stringAt(record, 'stopReason'),
    usage: readUsage(parseJson(stringAt(record, 'usage') ?? 'null')),
    responseSha256: text('responseSha256'),
    clientSha256: text('clientSha256'),
    responseBytes: numberAt(record, 'responseBytes') ?? 0,
    marks,
    masks: Array.isArray(masks) ? masks.flatMap(readMask) : [],
    emissions: emissions.map(({ callId, tool, repository, path, edit }) => ({
      callId,
      tool,
      repository,
      path,
      edit,
      fingerprints: fingerprintEdit(key, edit),
    })),
  };
}
