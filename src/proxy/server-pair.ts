// The server that listens, plain or with TLS, and the one that reads HTTP from connections which a tunnel decrypted: one
// and the same where nothing is encrypted on the way to us.
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Fault } from '../model/fault.ts';

/** PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface ServerPair {
  readonly outer: Server | TlsServer;
  readonly inner: Server;
  /** New connections get this one. @throws Error where key and certificate are none, or do not fit. */
  renew(certificate: Certificate): void;
  /** @throws Fault PORT_BUSY. @returns the port. */
  listen(host: string, port: number): Promise<number>;
  /** Stops accepting; resolves when the last connection is gone, after `graceMs` by `cut`. */
  close(graceMs: number, cut: () => void): Promise<void>;
}

/** How often connections are looked for that have become idle since. */
const LOOK_MS = 100;

export function openServers(
  options: ServerOptions,
  certificate: Certificate | null,
  take: RequestListener,
): ServerPair {
  const inner = createServer(options, take);
  const secure =
    certificate === null
      ? null
      : createTlsServer({ ...options, ...certificate, minVersion: 'TLSv1.2' }, take);
  const outer = secure ?? inner;
  return {
    outer,
    inner,
    renew: (fresh) => secure?.setSecureContext({ ...fresh, minVersion: 'TLSv1.2' }),
    listen: (host, port) => listen(outer, host, port),
    close: async (graceMs, cut) => {
      await closeServer(outer, graceMs, cut);
      inner.closeAllConnections();
    },
  };
}

function listen(server: Server | TlsServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isOurs = ['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND'].includes(
        cause.code ?? '',
      );
      reject(
        isOurs ? new Fault('PORT_BUSY', `port ${String(port)} cannot be used`, { cause }) : cause,
      );
    });
    server.listen({ port, host }, () => {
      const address: AddressInfo | string | null = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function closeServer(server: Server | TlsServer, graceMs: number, cut: () => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(cut, graceMs);
    // one that was busy when we began may wait for another request afterwards
    const look = setInterval(() => server.closeIdleConnections(), LOOK_MS);
    server.close(() => {
      clearTimeout(timer);
      clearInterval(look);
      resolve();
    });
    server.closeIdleConnections();
  });
}
