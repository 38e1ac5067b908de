// The way to an https origin: the first handshake tells which HTTP it speaks, and its connection serves the first request
// either way.
import type { TLSSocket } from 'node:tls';
import { Pool } from 'undici';
import { dial, wrap } from './dial.ts';
import type { Hop } from './hops.ts';
import { askPool, PATIENT } from './upstream-pool.ts';
import { type H2Connection, openH2, Refused } from './upstream-h2.ts';
import type { UpstreamCall, UpstreamReply, Way } from './upstreams.ts';

type Open = (alpn: readonly string[]) => Promise<TLSSocket>;

export function openTlsWay(origin: string, hop: Hop | null, trust: readonly string[] | null): Way {
  const { hostname, port } = new URL(origin);
  const host = hostname.replace(/^\[|\]$/g, '');
  const target = { host, port: port === '' ? 443 : Number(port) };
  const open: Open = async (alpn) => {
    const socket = await dial(target, hop, { trust, isHalfOpen: false });
    return wrap(socket, { host, trust, alpn });
  };
  const connections = new Set<H2Connection>();
  const state: { h1: Pool | null; looking: Promise<void> | null } = { h1: null, looking: null };
  const look = async (): Promise<void> => {
    const socket = await open(['h2', 'http/1.1']);
    if (socket.alpnProtocol !== 'h2') return void (state.h1 = openPool(origin, socket, open));
    const connection = openH2(origin, socket, () => connections.delete(connection));
    connections.add(connection);
  };
  const call = async (request: UpstreamCall): Promise<UpstreamReply> => {
    for (;;) {
      if (state.h1 !== null) return askPool(state.h1, request);
      const free = [...connections].find((connection) => connection.hasRoom());
      if (free !== undefined) return free.call(request);
      state.looking ??= look().finally(() => (state.looking = null));
      await state.looking;
    }
  };
  return {
    call: (request) => retried(request, call),
    close: async () => {
      for (const connection of connections) connection.close();
      await state.h1?.destroy();
    },
  };
}

/** @param first a connection that stands already. */
function openPool(origin: string, first: TLSSocket, open: Open): Pool {
  const spare = [first];
  const next = async (): Promise<TLSSocket> => {
    const ready = spare.pop();
    return ready?.destroyed === false ? ready : open(['http/1.1']);
  };
  return new Pool(origin, {
    ...PATIENT,
    connect: (_options, done) => void hand(next(), done),
  });
}

async function hand(
  opening: Promise<TLSSocket>,
  done: (...result: [cause: null, socket: TLSSocket] | [cause: Error, socket: null]) => void,
): Promise<void> {
  let socket: TLSSocket;
  try {
    socket = await opening;
  } catch (thrown) {
    return done(thrown instanceof Error ? thrown : new Error(String(thrown)), null);
  }
  done(null, socket);
}

/** Once more on another connection where the server has not looked at the request. */
async function retried(
  request: UpstreamCall,
  call: (request: UpstreamCall) => Promise<UpstreamReply>,
): Promise<UpstreamReply> {
  try {
    return await call(request);
  } catch (thrown) {
    const isWhole = request.body === null || Buffer.isBuffer(request.body);
    if (!(thrown instanceof Refused) || !isWhole || request.signal.aborted) throw thrown;
    return call(request);
  }
}
