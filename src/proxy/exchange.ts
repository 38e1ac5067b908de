// One request on its way: through the door, to the upstream and back to the client.
import { decodeContent, isDecodable } from '../wire/decode-content.ts';
import type { Asked, Client } from './client.ts';
import { conclude } from './conclude.ts';
import type { Changed, Door, Visit } from './door.ts';
import { upstreamHeaders, valueOf, withoutBodyHeaders } from './headers.ts';
import { findStranger, knockOf, type Tunnelled } from './knock.ts';
import { openOutlet } from './outlet.ts';
import { pumpReply } from './pump.ts';
import { type Incoming, readBody } from './read-body.ts';
import { describeFailure, plainRefusal, refuse, sendOwn, stoppedRefusal } from './refuse.ts';
import type { UpstreamReply, Upstreams } from './upstreams.ts';

export interface Call {
  readonly asked: Asked;
  readonly client: Client;
  readonly door: Door;
  readonly upstreams: Upstreams;
  readonly tunnelled: Tunnelled | null;
}

/** One request → the door → the upstream → the client. Never throws. */
export async function serve(call: Call): Promise<void> {
  const { asked, client, door } = call;
  const knock = knockOf(asked, call.tunnelled);
  const why = findStranger(asked, knock, door.names);
  if (why !== null) {
    const refusal = plainRefusal(403, 'FOREIGN_ORIGIN', why);
    door.turnedAway(refusal);
    return refuse(client, refusal);
  }
  try {
    const visit = await door.admit(knock);
    if (visit.kind === 'refused') return refuse(client, visit);
    await forward(call, visit);
  } catch (thrown) {
    refuse(client, plainRefusal(500, 'BUG', describeFailure(thrown)));
  }
}

/** What an abort without a reason would make anew, with its stack, at the end of each exchange. */
const HUNG_UP = new DOMException('the client hung up', 'AbortError');

async function forward(call: Call, visit: Visit): Promise<void> {
  try {
    await forwardBody(call, visit);
  } finally {
    await visit.release();
  }
}

async function forwardBody(call: Call, visit: Visit): Promise<void> {
  const { asked } = call;
  const incoming = await (visit.take === null ? readBody(asked) : visit.take(asked.body()));
  if ('kind' in incoming) return refuse(call.client, incoming);
  const controller = new AbortController();
  const abort = (): void => controller.abort(HUNG_UP);
  call.client.onClose(abort);
  visit.stop.addEventListener('abort', abort);
  try {
    await forwardUnless(call, visit, { incoming, controller });
  } finally {
    visit.stop.removeEventListener('abort', abort);
  }
}

/** @param on its controller aborts when the client hangs up or the session is stopped. */
async function forwardUnless(
  call: Call,
  visit: Visit,
  { incoming, controller }: { readonly incoming: Incoming; readonly controller: AbortController },
): Promise<void> {
  const { client } = call;
  const { signal } = controller;
  if (visit.stop.aborted) return refuse(client, stoppedRefusal(visit));
  const begun = await visit.begin(incoming.body, signal);
  if (begun?.kind === 'answered') return sendOwn(client, begun);
  if (begun?.kind === 'refused') return refuse(client, begun);
  let reply: UpstreamReply;
  try {
    const outgoing =
      begun === null ? outgoingAs(call, visit, incoming) : changed(call, visit, begun);
    reply = await ask(call, visit, { ...outgoing, signal });
  } catch (thrown) {
    return unanswered(client, visit, thrown);
  }
  await answer(call, visit, { reply, abandon: () => controller.abort() });
}

/** Nothing came back. */
export async function unanswered(client: Client, visit: Visit, thrown: unknown): Promise<void> {
  if (visit.stop.aborted) {
    await visit.fail('refused');
    return refuse(client, stoppedRefusal(visit));
  }
  await visit.fail(client.isGone() ? 'client-abort' : 'upstream-error');
  const message = `${visit.origin} gave no answer: ${describeFailure(thrown)}`;
  refuse(client, { ...plainRefusal(502, 'UPSTREAM_UNREACHABLE', message), format: visit.format });
}

/** Passes the upstream's reply on. @param abandon lets the upstream go before its end. */
export async function answer(
  { client, asked }: Pick<Call, 'client' | 'asked'>,
  visit: Visit,
  { reply, abandon }: { readonly reply: UpstreamReply; readonly abandon: () => void },
): Promise<void> {
  const encoding = valueOf(reply.headers, 'content-encoding');
  if (!isDecodable(encoding)) {
    abandon();
    await visit.fail('upstream-error');
    const message = `${visit.origin} answered in the content encoding ${String(encoding)}, unasked`;
    return refuse(client, {
      ...plainRefusal(502, 'UPSTREAM_NONSENSE', message),
      format: visit.format,
    });
  }
  const tap = visit.openReply(reply);
  const head = { ...reply, headers: visit.incoming(reply.headers) };
  const outlet = openOutlet(client, head, asked.method);
  const source = decodeContent(encoding, reply.body);
  const passed = await pumpReply({ source, tap, outlet, stop: visit.stop });
  if (passed.kind !== 'complete') abandon();
  await conclude(passed, tap, { outlet, visit });
}

interface Outgoing {
  readonly headers: string[];
  readonly body: Incoming['forwarded'];
}

function outgoingAs({ asked }: Call, visit: Visit, incoming: Incoming): Outgoing {
  if (incoming.isOther === true) {
    const headers = upstreamHeaders(visit.outgoing(withoutBodyHeaders(asked.headers)));
    return { headers, body: incoming.forwarded };
  }
  const headers = upstreamHeaders(visit.outgoing(asked.headers));
  const length = valueOf(asked.headers, 'content-length');
  // a body that is in memory has its length from there
  if (incoming.body.kind === 'start' && length !== null) headers.push('content-length', length);
  return { headers, body: incoming.forwarded };
}

/** In no content encoding: whoever undoes one takes none as well. */
const changed = ({ asked }: Call, visit: Visit, { body }: Changed): Outgoing => ({
  headers: upstreamHeaders(visit.outgoing(withoutBodyHeaders(asked.headers))),
  body: Buffer.from(body),
});

function ask(
  { asked, upstreams }: Call,
  visit: Visit,
  { headers, body, signal }: Outgoing & { readonly signal: AbortSignal },
): Promise<UpstreamReply> {
  return upstreams.call({
    origin: visit.origin,
    hop: visit.hop,
    method: asked.method,
    path: visit.path,
    headers,
    body,
    signal,
  });
}
