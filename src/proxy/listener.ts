// The listener on loopback: one request → the door → the upstream → the client.
import { createServer, type Server } from 'node:http';
import { Fault } from '../model/fault.ts';
import type { Asked, Client } from './client.ts';
import { askedOfH1, clientOfH1 } from './client-h1.ts';
import type { Door } from './door.ts';
import { serve } from './exchange.ts';
import type { Tunnelled } from './knock.ts';
import { openTunnels } from './tunnels.ts';
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
  let open = 0;
  const take = (asked: Asked, client: Client, tunnelled: Tunnelled | null): void => {
    open += 1;
    client.onClose(() => (open -= 1));
    void serve({ asked, client, door, upstreams, tunnelled });
  };
  const server = createServer(
    { maxHeaderSize: HEADER_BYTES_MAX, requestTimeout: 0, keepAliveTimeout: 75_000 },
    (request, response) =>
      take(askedOfH1(request), clientOfH1(response), tunnels.routeOf(request.socket)),
  );
  const tunnels = openTunnels({ door, trust, headerBytesMax: HEADER_BYTES_MAX, server, take });
  server.on('upgrade', (request, socket, head) =>
    sockets.upgrade({ request, socket, head, tunnelled: tunnels.routeOf(socket) }),
  );
  server.on('connect', (request, socket, head) => tunnels.connect(request, socket, head));
  server.on('clientError', (_error, socket) => socket.destroy());
  const cutAll = (): void => {
    server.closeAllConnections();
    sockets.closeAll();
    tunnels.closeAll();
  };
  return {
    port: await listen(server, port),
    open: () => open + sockets.open() + tunnels.open(),
    close: async (graceMs) => {
      sockets.closeIdle();
      tunnels.closeIdle();
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
