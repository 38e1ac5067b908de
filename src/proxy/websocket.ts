// WebSockets of clients that speak the Responses API over them: the upstream's handshake first, so that the client reads
// its answer, then message by message. permessage-deflate is undone and done again on either side.
import { type IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import type { Door, Knock, ReplyHead, Visit } from './door.ts';
import type { Asked, Client } from './client.ts';
import { askedOfH1, clientOfH1 } from './client-h1.ts';
import { dial, wrap } from './dial.ts';
import { answer, unanswered } from './exchange.ts';
import { clientHeaders, fieldsOf, pairsOf, upstreamHeaders } from './headers.ts';
import { findStranger, knockOf, type Tunnelled } from './knock.ts';
import { describeFailure, plainRefusal, refuse, sendOwn } from './refuse.ts';
import type { SocketMessage } from './socket-frames.ts';
import { openTurns, type Turns } from './socket-turns.ts';

/** What the server's `upgrade` gives. */
export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly tunnelled: Tunnelled | null;
}

export interface Sockets {
  upgrade(asked: UpgradeRequest): void;
  /** Sockets with a reply under way. */
  open(): number;
  /** Closes those that wait for their client to ask something. */
  closeIdle(): void;
  closeAll(): void;
}

const HANDSHAKE_TIMEOUT_MS = 30_000;
const MESSAGE_BYTES_MAX = 128 * 1024 * 1024;
const GOING_AWAY = 1001;

interface Pair {
  readonly client: WebSocket;
  readonly turns: Turns;
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly asked: Asked;
  readonly socket: Socket;
  readonly head: Buffer;
  readonly door: Door;
  readonly pairs: Set<Pair>;
  readonly tunnelled: Tunnelled | null;
  readonly trust: readonly string[] | null;
}

/** @param trust as in openUpstreams. */
export function openSockets(door: Door, trust: readonly string[] | null): Sockets {
  const pairs = new Set<Pair>();
  return {
    upgrade: ({ socket, ...asked }) => {
      socket.on('error', () => undefined);
      if (!(socket instanceof Socket)) return void socket.destroy();
      const shared = { socket, door, pairs, trust };
      void upgrade({ ...asked, ...shared, asked: askedOfH1(asked.request) });
    },
    open: () => [...pairs].filter(({ turns }) => !turns.isIdle()).length,
    closeIdle: () => {
      for (const { client, turns } of pairs) if (turns.isIdle()) client.close(GOING_AWAY);
    },
    closeAll: () => {
      for (const { client } of pairs) client.terminate();
    },
  };
}

async function upgrade(call: Upgrade): Promise<void> {
  const { request, asked, door } = call;
  const knock = knockOf(asked, call.tunnelled);
  const why = findStranger(asked, knock, door.names);
  if (why !== null) {
    const refusal = plainRefusal(403, 'FOREIGN_ORIGIN', why);
    door.turnedAway(refusal);
    return refuse(respondOn(call), refusal);
  }
  try {
    const visit = await door.admit(knock);
    if (visit.kind === 'refused') return refuse(respondOn(call), visit);
    if (!isResponsesSocket(request, visit))
      // clients that try a WebSocket first go on with plain requests at once when they read 426 (Codex; tried)
      return refuse(respondOn(call), plainRefusal(426, 'NO_WEBSOCKET', 'ask without an upgrade'));
    const shaken = await shakeHands(call, visit);
    if (shaken.kind === 'open') join(call, { visit, knock }, shaken);
    else await passRefusal(call, visit, shaken);
  } catch (thrown) {
    if (!call.socket.destroyed)
      refuse(respondOn(call), plainRefusal(500, 'BUG', describeFailure(thrown)));
  }
}

const isResponsesSocket = (request: IncomingMessage, visit: Visit): boolean =>
  visit.format?.name === 'openai-responses' &&
  request.headers.upgrade?.toLowerCase() === 'websocket';

/** For answers that are not the switch of protocols. */
function respondOn({ request, socket }: Upgrade): Client {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.on('finish', () => socket.end());
  return clientOfH1(response);
}

type Shaken =
  | { readonly kind: 'open'; readonly upstream: WebSocket; readonly reply: IncomingMessage }
  | { readonly kind: 'refused'; readonly reply: IncomingMessage }
  | { readonly kind: 'failed'; readonly cause: Error };

async function shakeHands(call: Upgrade, visit: Visit): Promise<Shaken> {
  try {
    return await shakeOn(await dialUpstream(visit, call.trust), call, visit);
  } catch (thrown) {
    return { kind: 'failed', cause: thrown instanceof Error ? thrown : new Error(String(thrown)) };
  }
}

async function dialUpstream(
  { origin, hop }: Visit,
  trust: readonly string[] | null,
): Promise<Socket> {
  const { hostname, port, protocol } = new URL(origin);
  const host = hostname.replace(/^\[|\]$/g, '');
  const isTls = protocol === 'https:';
  const how = { trust, isHalfOpen: false };
  const socket = await dial({ host, port: Number(port || (isTls ? 443 : 80)) }, hop, how);
  return isTls ? wrap(socket, { host, trust, alpn: ['http/1.1'] }) : socket;
}

function shakeOn(socket: Socket, { request }: Upgrade, visit: Visit): Promise<Shaken> {
  const url = `${visit.origin.replace(/^http/, 'ws')}${visit.path}`;
  const protocols = request.headers['sec-websocket-protocol']?.split(/\s*,\s*/) ?? [];
  const upstream = new WebSocket(url, protocols, {
    headers: handshakeHeaders(visit.outgoing(request.rawHeaders)),
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxPayload: MESSAGE_BYTES_MAX,
    createConnection: () => socket,
    perMessageDeflate: /permessage-deflate/.test(request.headers['sec-websocket-extensions'] ?? ''),
  });
  return new Promise((resolve) => {
    let accepted: IncomingMessage | null = null;
    upstream.on('upgrade', (reply) => (accepted = reply));
    upstream.on('open', () => {
      upstream.pause(); // nothing is lost before the client's side stands
      if (accepted !== null) resolve({ kind: 'open', upstream, reply: accepted });
    });
    upstream.on('unexpected-response', (_request, reply) => resolve({ kind: 'refused', reply }));
    upstream.on('error', (cause) => resolve({ kind: 'failed', cause }));
  });
}

/** Set by the other handshake. */
const WEBSOCKET_OWN = /^(?:sec-websocket-|accept-encoding$)/i;

function handshakeHeaders(received: readonly string[]): Record<string, string | string[]> {
  const passing = pairsOf(upstreamHeaders(received)).filter(([name]) => !WEBSOCKET_OWN.test(name));
  return fieldsOf(passing.flat());
}

/** The upstream did not switch: its answer is the client's, and a record. */
async function passRefusal(
  call: Upgrade,
  visit: Visit,
  shaken: Exclude<Shaken, { kind: 'open' }>,
): Promise<void> {
  const response = respondOn(call);
  const gone = new AbortController();
  response.onClose(() => gone.abort());
  const stopped = await visit.begin({ kind: 'whole', bytes: Buffer.alloc(0) }, gone.signal);
  if (stopped?.kind === 'answered') return sendOwn(response, stopped);
  if (stopped?.kind === 'refused') return refuse(response, stopped);
  if (shaken.kind === 'failed') return unanswered(response, visit, shaken.cause);
  const { reply } = shaken;
  const head = { status: reply.statusCode ?? 502, headers: reply.rawHeaders };
  const whole = { ...head, body: reply, trailers: () => [] };
  const passed = { reply: whole, abandon: () => void reply.destroy() };
  await answer({ client: response, asked: call.asked }, visit, passed);
}

function join(
  { request, socket, head, door, pairs }: Upgrade,
  { visit, knock }: { readonly visit: Visit; readonly knock: Knock },
  { upstream, reply }: Extract<Shaken, { kind: 'open' }>,
): void {
  const { format } = visit;
  if (format === null || socket.destroyed) return upstream.terminate();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MESSAGE_BYTES_MAX,
    perMessageDeflate: true,
    handleProtocols: () => (upstream.protocol === '' ? false : upstream.protocol),
  });
  server.on('headers', (lines) => lines.push(...replyLines(reply)));
  server.handleUpgrade(request, socket, head, (client) => {
    const taken: ReplyHead = {
      status: reply.statusCode ?? 101,
      // the events of a socket are recorded as those of a stream
      headers: [...reply.rawHeaders, 'content-type', 'text/event-stream'],
    };
    const turns = openTurns({ door, knock, format, client, upstream, head: taken });
    connect({ client, turns }, upstream, pairs);
  });
}

/** What the upstream said beside the switch itself. */
const replyLines = (reply: IncomingMessage): readonly string[] =>
  pairsOf(clientHeaders(reply.rawHeaders, true))
    .filter(([name]) => !/^(?:sec-websocket-|date$)/i.test(name))
    .map(([name, value]) => `${name}: ${value}`);

function connect(pair: Pair, upstream: WebSocket, pairs: Set<Pair>): void {
  const { client, turns } = pair;
  pairs.add(pair);
  for (const socket of [client, upstream]) socket.on('error', () => socket.terminate());
  client.on('message', (data, isBinary) => turns.ask(messageOf(data, isBinary)));
  upstream.on('message', (data, isBinary) => turns.answer(messageOf(data, isBinary)));
  upstream.on('close', (code, reason) => turns.end(() => closeLike(client, code, reason)));
  client.on('close', (code, reason) => {
    pairs.delete(pair);
    turns.end(() => closeLike(upstream, code, reason));
    upstream.resume(); // a paused socket does not see that it was closed
    closeLike(upstream, code, reason);
  });
  upstream.resume();
}

function messageOf(data: RawData, isBinary: boolean): SocketMessage {
  if (Buffer.isBuffer(data)) return { bytes: data, isBinary };
  return { bytes: Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data), isBinary };
}

/** Codes that stand for a missing or broken close cannot be sent (RFC 6455 7.4.1). */
function closeLike(socket: WebSocket, code: number, reason: Buffer): void {
  if (code === 1005) socket.close();
  else if (code === 1006 || code === 1015) socket.terminate();
  else socket.close(code, reason.toString('utf8'));
}
