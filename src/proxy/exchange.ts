// One request on its way: through the door, to the upstream and back to the client.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeContent, isDecodable } from '../wire/decode-content.ts';
import { conclude } from './conclude.ts';
import type { Door, Visit } from './door.ts';
import { upstreamHeaders, valueOf } from './headers.ts';
import { findStranger, knockOf, type Tunnelled } from './knock.ts';
import { openOutlet } from './outlet.ts';
import { pumpReply } from './pump.ts';
import { type Incoming, readBody } from './read-body.ts';
import { describeFailure, plainRefusal, refuse, sendOwn, stoppedRefusal } from './refuse.ts';
import type { UpstreamReply, Upstreams } from './upstreams.ts';

export interface Call {
  readonly request: IncomingMessage;
  readonly client: ServerResponse;
  readonly door: Door;
  readonly upstreams: Upstreams;
  readonly tunnelled: Tunnelled | null;
}

/** One request → the door → the upstream → the client. Never throws. */
export async function serve(call: Call): Promise<void> {
  const { request, client, door } = call;
  client.on('error', () => undefined); // a client that has gone is seen by its closed socket
  const knock = knockOf(request, call.tunnelled);
  const why = findStranger(request, knock);
  if (why !== null) return refuse(client, plainRefusal(403, 'FOREIGN_ORIGIN', why));
  try {
    const visit = await door.admit(knock);
    if (visit.kind === 'refused') return refuse(client, visit);
    await forward(call, visit);
  } catch (thrown) {
    if (!client.destroyed) refuse(client, plainRefusal(500, 'BUG', describeFailure(thrown)));
  }
}

async function forward(call: Call, visit: Visit): Promise<void> {
  const incoming = await readBody(call.request);
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  call.client.on('close', abort);
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
  on: { readonly incoming: Incoming; readonly controller: AbortController },
): Promise<void> {
  const { client } = call;
  const { signal } = on.controller;
  if (visit.stop.aborted) return refuse(client, stoppedRefusal(visit));
  const stopped = await visit.begin(on.incoming.body, signal);
  if (stopped?.kind === 'answered') return sendOwn(client, stopped);
  if (stopped !== null) return refuse(client, stopped);
  let reply: UpstreamReply;
  try {
    reply = await ask(call, visit, { incoming: on.incoming, signal });
  } catch (thrown) {
    return unanswered(client, visit, thrown);
  }
  await answer(call, visit, { reply, abandon: () => on.controller.abort() });
}

/** Nothing came back. */
export async function unanswered(
  client: ServerResponse,
  visit: Visit,
  thrown: unknown,
): Promise<void> {
  if (visit.stop.aborted) {
    await visit.fail('refused');
    return refuse(client, stoppedRefusal(visit));
  }
  await visit.fail(client.destroyed ? 'client-abort' : 'upstream-error');
  const message = `${visit.origin} gave no answer: ${describeFailure(thrown)}`;
  refuse(client, { ...plainRefusal(502, 'UPSTREAM_UNREACHABLE', message), format: visit.format });
}

/** Passes the upstream's reply on. @param abandon lets the upstream go before its end. */
export async function answer(
  { client, request }: Pick<Call, 'client' | 'request'>,
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
  const outlet = openOutlet(client, reply, request.method ?? 'GET');
  const source = decodeContent(encoding, reply.body);
  const passed = await pumpReply({ source, tap, outlet, stop: visit.stop });
  if (passed.kind !== 'complete') abandon();
  await conclude(passed, tap, { outlet, visit });
}

function ask(
  { request, upstreams }: Call,
  visit: Visit,
  { incoming, signal }: { readonly incoming: Incoming; readonly signal: AbortSignal },
): Promise<UpstreamReply> {
  const headers = upstreamHeaders(visit.outgoing(request.rawHeaders));
  const length = valueOf(request.rawHeaders, 'content-length');
  // a body that is in memory has its length from there
  if (incoming.body.kind === 'start' && length !== null) headers.push('content-length', length);
  return upstreams.call({
    origin: visit.origin,
    method: request.method ?? 'GET',
    path: visit.path,
    headers,
    body: incoming.forwarded,
    signal,
  });
}
