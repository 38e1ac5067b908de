// What CONNECT has made: blind tunnels, and the decrypted connections of both kinds of HTTP.
import type { IncomingMessage, Server } from 'node:http';
import type { ServerHttp2Session } from 'node:http2';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Asked, Client } from './client.ts';
import { openH2Session } from './client-h2.ts';
import type { Door } from './door.ts';
import type { Tunnelled } from './knock.ts';
import { openTunnel } from './tunnel.ts';

export interface Tunnels {
  /** What the server's `connect` gives. */
  connect(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Of a decrypted connection; null for one that came straight to us. */
  routeOf(socket: Duplex): Tunnelled | null;
  open(): number;
  /** Takes no new streams; open ones are let finish. */
  closeIdle(): void;
  closeAll(): void;
}

export interface TunnelsOptions {
  readonly door: Door;
  readonly trust: readonly string[] | null;
  readonly headerBytesMax: number;
  /** Reads HTTP/1.1 from decrypted connections. */
  readonly server: Server;
  /** Takes what comes over HTTP/2. */
  readonly take: (asked: Asked, client: Client, tunnelled: Tunnelled) => void;
}

export function openTunnels({
  door,
  trust,
  headerBytesMax,
  server,
  take,
}: TunnelsOptions): Tunnels {
  const tunnels = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const routes = new WeakMap<Duplex, Tunnelled>();
  const serve = (secure: TLSSocket, tunnelled: Tunnelled): void => {
    if (secure.alpnProtocol === 'h2') {
      const session = openH2Session(secure, headerBytesMax, (asked, client) =>
        take(asked, client, tunnelled),
      );
      sessions.add(session);
      session.on('close', () => sessions.delete(session));
    } else {
      routes.set(secure, tunnelled);
      server.emit('connection', secure);
    }
  };
  return {
    connect: (request, socket, head) => {
      // inside a tunnel there is nothing to connect to
      if (!(socket instanceof Socket) || routes.has(socket)) return void socket.destroy();
      tunnels.add(socket);
      socket.on('close', () => tunnels.delete(socket));
      void openTunnel({ request, socket, head, door, trust, serve });
    },
    routeOf: (socket) => routes.get(socket) ?? null,
    open: () => tunnels.size,
    closeIdle: () => {
      for (const session of sessions) session.close();
    },
    closeAll: () => {
      for (const session of sessions) session.destroy();
      for (const socket of tunnels) socket.destroy();
    },
  };
}
