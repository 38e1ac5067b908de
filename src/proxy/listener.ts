// The listener on loopback: one request → the door → the upstream → the client.
import { createServer, type Server } from 'node:http';
import { Fault } from '../model/fault.ts';
import type { Door } from './door.ts';
import { serve } from './exchange.ts';
import { openUpstreams } from './upstreams.ts';
import { openSockets, type Sockets } from './websocket.ts';

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
  const sockets = openSockets(door);
  server.on('upgrade', sockets.upgrade);
  server.on('clientError', (_error, socket) => socket.destroy());
  return {
    port: await listen(server, port),
    open: () => open + sockets.open(),
    close: async (graceMs) => {
      await closeServer(server, sockets, graceMs);
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

function closeServer(server: Server, sockets: Sockets, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.closeAllConnections();
      sockets.closeAll();
    }, graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
    sockets.closeIdle();
  });
}
