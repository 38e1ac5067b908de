// The listener on loopback: one request → the door → the upstream → the client.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Fault } from '../model/fault.ts';
import { decodeContent, isDecodable } from '../wire/decode-content.ts';
import type { Door, Knock, Refusal, ReplyTap, Visit } from './door.ts';
import { findForeign } from './foreign.ts';
import { upstreamHeaders, valueOf } from './headers.ts';
import { openOutlet, type Outlet } from './outlet.ts';
import { type Passed, pumpReply } from './pump.ts';
import { type Incoming, readBody } from './read-body.ts';
import { describeFailure, refuse } from './refuse.ts';
import { parseTarget } from './target.ts';
import { openUpstreams, type UpstreamReply, type Upstreams } from './upstreams.ts';

export interface Listener {
  readonly port: number;
  /** Requests under way. */
  open(): number;
  /** Stops accepting, waits for what is under way, then closes. @param graceMs how long at most. */
  close(graceMs: number): Promise<void>;
}

const HOST = '127.0.0.1';
const HEADER_BYTES_MAX = 256 * 1024;

/** @param port 0: any. @throws Fault PORT_BUSY. */
export async function openListener(port: number, door: Door): Promise<Listener> {
  const upstreams = openUpstreams();
  let open = 0;
  const server = createServer(
    { maxHeaderSize: HEADER_BYTES_MAX, requestTimeout: 0, keepAliveTimeout: 75_000 },
    (request, response) => {
      open += 1;
      response.on('close', () => (open -= 1));
      void serve({ request, client: response, door, upstreams });
    },
  );
  server.on('upgrade', refuseUpgrade);
  server.on('clientError', (_error, socket) => socket.destroy());
  return {
    port: await listen(server, port),
    open: () => open,
    close: async (graceMs) => {
      await closeServer(server, graceMs);
      await upstreams.close();
    },
  };
}

interface Call {
  readonly request: IncomingMessage;
  readonly client: ServerResponse;
  readonly door: Door;
  readonly upstreams: Upstreams;
}

async function serve(call: Call): Promise<void> {
  const { request, client, door } = call;
  client.on('error', () => undefined); // a client that has gone is seen by its closed socket
  const why = findForeign(request.headers.host ?? null, request.headers.origin ?? null);
  if (why !== null) return refuse(client, plain(403, 'FOREIGN_ORIGIN', why));
  try {
    const answer = await door.admit(knockOf(request));
    if (answer.kind === 'refused') return refuse(client, answer);
    await forward(call, answer);
  } catch (thrown) {
    if (!client.destroyed) refuse(client, plain(500, 'BUG', describeFailure(thrown)));
  }
}

function knockOf(request: IncomingMessage): Knock {
  const target = parseTarget(request.url ?? '/');
  return {
    token: target?.token ?? '',
    connection: target?.connection ?? '',
    method: request.method ?? 'GET',
    path: target?.path ?? request.url ?? '/',
    headers: request.rawHeaders,
  };
}

async function forward(call: Call, visit: Visit): Promise<void> {
  const { request, client } = call;
  const incoming = await readBody(request);
  const refusal = await visit.begin(incoming.body);
  if (refusal !== null) return refuse(client, refusal);
  const controller = new AbortController();
  client.on('close', () => controller.abort());
  let reply: UpstreamReply;
  try {
    reply = await ask(call, visit, { incoming, signal: controller.signal });
  } catch (thrown) {
    await visit.fail(client.destroyed ? 'client-abort' : 'upstream-error');
    const message = `${visit.origin} gave no answer: ${describeFailure(thrown)}`;
    return refuse(client, { ...plain(502, 'UPSTREAM_UNREACHABLE', message), format: visit.format });
  }
  const encoding = valueOf(reply.headers, 'content-encoding');
  if (!isDecodable(encoding)) {
    controller.abort();
    await visit.fail('upstream-error');
    const message = `${visit.origin} answered in the content encoding ${String(encoding)}, unasked`;
    return refuse(client, { ...plain(502, 'UPSTREAM_NONSENSE', message), format: visit.format });
  }
  const tap = visit.openReply(reply);
  const outlet = openOutlet(client, reply, request.method ?? 'GET');
  const source = decodeContent(encoding, reply.body);
  const passed = await pumpReply({ source, tap, outlet });
  if (passed.kind !== 'complete') controller.abort();
  await close(passed, tap, { outlet, visit });
}

function ask(
  { request, upstreams }: Call,
  visit: Visit,
  { incoming, signal }: { readonly incoming: Incoming; readonly signal: AbortSignal },
): Promise<UpstreamReply> {
  const headers = upstreamHeaders(request.rawHeaders);
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

async function close(
  passed: Passed,
  tap: ReplyTap,
  { outlet, visit }: { readonly outlet: Outlet; readonly visit: Visit },
): Promise<void> {
  switch (passed.kind) {
    case 'complete':
      return outlet.end();
    case 'cut':
      return outlet.cut(); // the client sees what we saw: a reply without its end
    case 'gone':
      return settleQuietly(tap, 'client-abort');
    case 'failed': {
      await settleQuietly(tap, 'refused');
      const bytes = outlet.isStream ? tap.failure(passed.thrown) : null;
      if (bytes === null) return outlet.refuse(storeRefusal(passed.thrown, visit));
      void outlet.write(bytes);
      return outlet.end();
    }
  }
}

async function settleQuietly(tap: ReplyTap, ending: 'client-abort' | 'refused'): Promise<void> {
  try {
    await tap.settle(ending);
  } catch {
    // whoever could be told is told: the client by a broken reply, the person by the recorder's log
  }
}

const storeRefusal = (thrown: unknown, visit: Visit): Refusal => ({
  ...plain(503, thrown instanceof Fault ? thrown.code : 'BUG', describeFailure(thrown)),
  format: visit.format,
});

const plain = (status: number, code: string, message: string): Refusal => ({
  kind: 'refused',
  status,
  code,
  message,
  format: null,
});

/** Clients that try a WebSocket first go on with plain requests at once when they read 426 (Codex; tried). */
function refuseUpgrade(_request: IncomingMessage, socket: NodeJS.WritableStream): void {
  socket.on('error', () => undefined);
  socket.end('HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isBusy = cause.code === 'EADDRINUSE' || cause.code === 'EACCES';
      reject(
        isBusy ? new Fault('PORT_BUSY', `port ${String(port)} cannot be used`, { cause }) : cause,
      );
    });
    server.listen({ port, host: HOST }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
