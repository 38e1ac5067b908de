// The request's side of a record: who sends it, in which conversation, masked for the store, acknowledged before anything
// is forwarded. What it says of the calls before becomes their outcome.
import { findOutcomes } from '../../agents/join-results.ts';
import { recogniseAgent, type Recognised } from '../../agents/recognise-agent.ts';
import { isInScope } from '../../guard/scope.ts';
import { isFault } from '../../model/fault.ts';
import { parseJson } from '../../model/json.ts';
import type { ExchangeContext, Session } from '../../model/session.ts';
import type { Message, WireRequest } from '../../model/wire.ts';
import type { RequestBody } from '../../proxy/door.ts';
import { pairsOf } from '../../proxy/headers.ts';
import { draftOf } from './draft-exchange.ts';
import { openContext } from './exchange-context.ts';
import { decodeRequest } from './decode-request.ts';
import { holdRequest } from '../approve/hold-request.ts';
import { joinSession, withoutStore } from '../session/join-session.ts';
import { judgeRequest, type Stopped } from '../judge/judge-request.ts';
import { CREDENTIAL_HEADERS } from './put-credential.ts';
import type { Admitted, Recorder } from './record-exchange.ts';
import { refusedEnd } from '../judge/refuse-request.ts';
import { maskBody } from '../mask/mask-request-body.ts';
import type { AtRest } from './request-at-rest.ts';
import { recordDecision } from '../judge/rule-book.ts';
import { factsOf, type RequestFacts } from './request-facts.ts';
import { tellGap } from './tell-gap.ts';
import type { SessionVeil } from '../mask/veil-book.ts';

export type Begun =
  | {
      readonly kind: 'begun';
      readonly facts: RequestFacts;
      /** What goes on in place of the body; null: what came. */
      readonly forwarded: Uint8Array | null;
    }
  | Stopped;

export async function recordRequest(
  recorder: Recorder,
  admitted: Admitted,
  { body, gone }: { readonly body: RequestBody; readonly gone: AbortSignal },
): Promise<Begun> {
  for (const credential of credentialsIn(admitted.knock.headers))
    recorder.maskers.learn(credential);
  const decoded = await decodeRequest(admitted, body);
  const seen = readRequest(admitted, decoded);
  const veil = recorder.veils.of(admitted, seen.recognised.conversation);
  const isEmpty = body.kind === 'whole' && body.bytes.length === 0;
  const rest = maskBody(recorder, admitted, { veil, decoded, isEmpty });
  // plain HTTP is judged, and approved, as it goes on
  const sent = (veil === null ? rest.forwarded : null) ?? decoded;
  const content = { request: seen.request, body: sent, isEmpty, rest };
  const judged = judgeRequest(admitted, recorder.rules.of(admitted.policy), content);
  const told = explain(recorder, admitted, { seen, rest, decoded });
  const begun = await joinAndBegin(recorder, admitted, { seen, rest: told, body, veil });
  if (begun.kind !== 'begun') return begun;
  for (const decision of judged.decisions) await recordDecision(recorder, admitted, decision);
  const { facts } = begun;
  const asked = { judged, facts, content, gone };
  const stopped = judged.stopped ?? (await holdRequest(recorder, admitted, asked));
  if (stopped === null) return begun;
  if (facts.isRecorded) await endRefused(recorder, admitted, { rest, gone });
  return stopped;
}

async function endRefused(
  { store }: Recorder,
  { id }: Admitted,
  { rest, gone }: { readonly rest: AtRest; readonly gone: AbortSignal },
): Promise<void> {
  const outcome = gone.aborted ? 'client-abort' : 'refused';
  await store.endExchange({ ...refusedEnd(id, rest), outcome });
}

function explain(
  { explainer }: Recorder,
  admitted: Admitted,
  { seen, rest, decoded }: Pick<Beginning, 'seen' | 'rest'> & { readonly decoded: Uint8Array },
): AtRest {
  const { conversation, isSideCall } = seen.recognised;
  const explained = explainer.explain(
    { admitted, conversation, isSideCall },
    rest.forwarded ?? decoded,
  );
  if (explained === null) return rest;
  return { ...rest, forwarded: explained.body, added: explained.added };
}

interface Seen {
  readonly request: WireRequest | null;
  readonly recognised: Recognised;
}

function readRequest({ knock, format }: Admitted, decoded: Uint8Array): Seen {
  const headers = Object.fromEntries(
    pairsOf(knock.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const json = format === null ? undefined : parseJson(Buffer.from(decoded).toString('utf8'));
  const request =
    json === undefined || format === null ? null : format.parseRequest(json, knock.path);
  const recognised = recogniseAgent({ headers, url: knock.path, request, body: json });
  return { request, recognised };
}

/** What the client shows to the provider: never to be written down, wherever it turns up again. */
const credentialsIn = (headers: readonly string[]): readonly string[] =>
  pairsOf(headers)
    .filter(([name]) => CREDENTIAL_HEADERS.has(name.toLowerCase()))
    .map(([, value]) => value.replace(/^(?:bearer|basic|token)\s+/i, ''));

/** One trip to the store where the conversation is known: joining, the exchange and the outcomes share a commit. */
async function joinAndBegin(
  recorder: Recorder,
  admitted: Admitted,
  read: Omit<Beginning, 'session'>,
): Promise<Begun> {
  if (!isInScope(admitted.policy.scope, admitted.grant.place.remote))
    return outOfScope(recorder, admitted, read);
  const { known, joined } = joinSession(recorder, admitted, read.seen);
  if (known === null) {
    const session = await joined.catch((thrown: unknown) => ({ thrown }));
    if (!('thrown' in session)) return begin(recorder, admitted, { ...read, session });
    const nobodys = { ...read, session: withoutStore(admitted, read.seen) };
    const beginning = inContext(recorder, admitted, nobodys);
    return unrecorded(recorder, admitted, { beginning, thrown: session.thrown });
  }
  const [begun, session] = await Promise.all([
    begin(recorder, admitted, { ...read, session: known }),
    joined.catch(() => known), // what the store cannot do, the exchange's beginning says too
  ]);
  if (begun.kind === 'begun' || session.id === known.id) return begun;
  return begin(recorder, admitted, { ...read, session });
}

/** Nothing is written down, not even that it was. */
function outOfScope(
  recorder: Recorder,
  admitted: Admitted,
  read: Omit<Beginning, 'session'>,
): Begun {
  const session = withoutStore(admitted, read.seen);
  const facts = factsOf(recorder, admitted, inContext(recorder, admitted, { ...read, session }));
  return { kind: 'begun', facts: { ...facts, isRecorded: false }, forwarded: read.rest.forwarded };
}

interface Beginning {
  readonly session: Session;
  readonly seen: Seen;
  readonly rest: AtRest;
  readonly body: RequestBody;
  readonly veil: SessionVeil | null;
}

type InContext = Beginning & { readonly context: ExchangeContext };

const inContext = (recorder: Recorder, admitted: Admitted, beginning: Beginning): InContext => ({
  ...beginning,
  context: openContext(recorder, admitted, beginning),
});

async function begin(recorder: Recorder, admitted: Admitted, known: Beginning): Promise<Begun> {
  const { store, grants } = recorder;
  const beginning = inContext(recorder, admitted, known);
  const { session, seen, rest } = beginning;
  try {
    const isQuiet = !admitted.connection.isRecorded;
    await Promise.all([
      store.beginExchange(draftOf(admitted, beginning)),
      ...(isQuiet ? [] : setOutcomes(recorder, session, { seen, rest })),
    ]);
    const tally = grants.tally(admitted.grant.id);
    tally.sessions.add(session.id);
    tally.exchanges += 1;
    return {
      kind: 'begun',
      facts: factsOf(recorder, admitted, beginning),
      forwarded: rest.forwarded,
    };
  } catch (thrown) {
    return unrecorded(recorder, admitted, { beginning, thrown });
  }
}

/** The store cannot take it: policy says whether it passes all the same. */
function unrecorded(
  recorder: Recorder,
  admitted: Admitted,
  { beginning, thrown }: { readonly beginning: InContext; readonly thrown: unknown },
): Begun {
  if (!isFault(thrown)) throw thrown;
  if (admitted.policy.onStoreError === 'refuse') return { kind: 'refused', fault: thrown };
  const line = `${admitted.id} passes unrecorded: ${thrown.message} (${thrown.code})`;
  tellGap(recorder, admitted, { id: admitted.id, line });
  const facts = factsOf(recorder, admitted, beginning);
  const { forwarded } = beginning.rest;
  return { kind: 'begun', facts: { ...facts, isRecorded: false }, forwarded };
}

/** The newest tool results say what became of the calls before them. */
function setOutcomes(
  { store }: Recorder,
  session: Session,
  { seen, rest }: { readonly seen: Seen; readonly rest: AtRest },
): readonly Promise<void>[] {
  const messages: readonly Message[] = (rest.request ?? seen.request)?.messages ?? [];
  return findOutcomes(session.agent, messages)
    .filter(({ outcome }) => outcome !== 'unknown')
    .flatMap(({ callIds, outcome }) =>
      callIds.map((callId) => store.setOutcome(session.id, callId, outcome)),
    );
}
