// The listener on loopback: one request → the door → the upstream → the client.
import { createServer, type Server } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { Fault } from '../model/fault.ts';
import type { Door } from './door.ts';
import { serve } from './exchange.ts';
import type { Tunnelled } from './knock.ts';
import { openTunnel } from './tunnel.ts';
import { openUpstreams } from './upstreams.ts';
import { openSockets } from './websocket.ts';

export interface Listener {
  readonly port: number;
  /** Requests under way. */
  open(): number;
  /** Stops accepting, waits for what is under way, then closes. @param graceMs how long at most. */
  close(graceMs: number): Promise<void>;
}

const HOST = '127.0.0.1';
const HEADER_BYTES_MAX = 256 * 1024;

export interface ListenerOptions {
  /** 0: any. */
  readonly port: number;
  /** Certificates, PEM, that upstreams are checked against; null: Node's own. */
  readonly trust: readonly string[] | null;
}

/** @throws Fault PORT_BUSY. */
export async function openListener(
  { port, trust }: ListenerOptions,
  door: Door,
): Promise<Listener> {
  const upstreams = openUpstreams(trust);
  const sockets = openSockets(door, trust);
  const tunnels = new Set<Socket>();
  /** Connections that CONNECT made and we decrypted. */
  const routes = new WeakMap<Duplex, Tunnelled>();
  let open = 0;
  const server = createServer(
    { maxHeaderSize: HEADER_BYTES_MAX, requestTimeout: 0, keepAliveTimeout: 75_000 },
    (request, response) => {
      open += 1;
      response.on('close', () => (open -= 1));
      const tunnelled = routes.get(request.socket) ?? null;
      void serve({ request, client: response, door, upstreams, tunnelled });
    },
  );
  server.on('upgrade', (request, socket, head) =>
    sockets.upgrade({ request, socket, head, tunnelled: routes.get(socket) ?? null }),
  );
  server.on('connect', (request, socket, head) => {
    // inside a tunnel there is nothing to connect to
    if (!(socket instanceof Socket) || routes.has(socket)) return void socket.destroy();
    tunnels.add(socket);
    socket.on('close', () => tunnels.delete(socket));
    const decrypted = (secure: TLSSocket, tunnelled: Tunnelled): void => {
      routes.set(secure, tunnelled);
      server.emit('connection', secure);
    };
    return void openTunnel({ request, socket, head, door, serve: decrypted });
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  const cutAll = (): void => {
    server.closeAllConnections();
    sockets.closeAll();
    for (const socket of tunnels) socket.destroy();
  };
  return {
    port: await listen(server, port),
    open: () => open + sockets.open() + tunnels.size,
    close: async (graceMs) => {
      sockets.closeIdle();
      await closeServer(server, cutAll, graceMs);
      await upstreams.close();
    },
  };
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

function closeServer(server: Server, cutAll: () => void, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(cutAll, graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
