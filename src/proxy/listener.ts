// The listener: one request → the door → the upstream → the client.
import type { ServerResponse } from 'node:http';
import type { Asked, Client } from './client.ts';
import { askedOfH1, clientOfH1 } from './client-h1.ts';
import type { Door } from './door.ts';
import { serve } from './exchange.ts';
import type { Tunnelled } from './knock.ts';
import { describeFailure, plainRefusal, refusalBody } from './refuse.ts';
import { type Certificate, openServers } from './server-pair.ts';
import { openTunnels } from './tunnels.ts';
import { openUpstreams } from './upstreams.ts';
import { openSockets } from './websocket.ts';

export interface Listener {
  readonly port: number;
  /** Requests under way. */
  open(): number;
  /** The certificate of new connections. @throws Error where it is none. */
  renew(certificate: Certificate): void;
  /** Ends everything that is under way. */
  cut(): void;
  /** Stops accepting, waits for what is under way, then closes. @param graceMs how long at most. */
  close(graceMs: number): Promise<void>;
}

const HOST = '127.0.0.1';
const HEADER_BYTES_MAX = 256 * 1024;

/** A page of our own; null: the request is for somebody else. */
export type FindPage = (asked: Asked) => Promise<Page> | null;

export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ListenerOptions {
  /** 0: any. */
  readonly port: number;
  /** Certificates, PEM, that upstreams are checked against; null: Node's own. */
  readonly trust: readonly string[] | null;
  /** Default: loopback. */
  readonly host?: string;
  /** Default: plain HTTP. */
  readonly certificate?: Certificate;
  readonly page?: FindPage;
}

/** @throws Fault PORT_BUSY. */
export async function openListener(options: ListenerOptions, door: Door): Promise<Listener> {
  const { port, trust, host = HOST, page = () => null } = options;
  const upstreams = openUpstreams(trust);
  const sockets = openSockets(door, trust);
  let open = 0;
  const take = (asked: Asked, client: Client, tunnelled: Tunnelled | null): void => {
    open += 1;
    client.onClose(() => (open -= 1));
    void serve({ asked, client, door, upstreams, tunnelled });
  };
  const limits = { maxHeaderSize: HEADER_BYTES_MAX, requestTimeout: 0, keepAliveTimeout: 75_000 };
  const servers = openServers(limits, options.certificate ?? null, (request, response) => {
    const asked = askedOfH1(request);
    const found = page(asked);
    if (found === null) take(asked, clientOfH1(response), tunnels.routeOf(request.socket));
    else void sendPage(response, found);
  });
  const { inner, outer } = servers;
  const tunnels = openTunnels({
    door,
    trust,
    headerBytesMax: HEADER_BYTES_MAX,
    server: inner,
    take,
  });
  for (const server of new Set([inner, outer])) {
    server.on('upgrade', (request, socket, head) =>
      sockets.upgrade({ request, socket, head, tunnelled: tunnels.routeOf(socket) }),
    );
    server.on('connect', (request, socket, head) => tunnels.connect(request, socket, head));
    server.on('clientError', (_error, socket) => socket.destroy());
  }
  const cutAll = (): void => {
    outer.closeAllConnections();
    sockets.closeAll();
    tunnels.closeAll();
  };
  return {
    port: await servers.listen(host, port),
    open: () => open + sockets.open() + tunnels.open(),
    renew: (certificate) => servers.renew(certificate),
    cut: cutAll,
    close: async (graceMs) => {
      sockets.closeIdle();
      tunnels.closeIdle();
      await servers.close(graceMs, cutAll);
      await upstreams.close();
    },
  };
}

async function sendPage(response: ServerResponse, finding: Promise<Page>): Promise<void> {
  const { status, contentType, body, headers } = await finding.catch(brokenPage);
  response.writeHead(status, {
    'content-type': contentType,
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(body);
}

const brokenPage = (thrown: unknown): Page => ({
  status: 500,
  contentType: 'application/json',
  body: refusalBody(plainRefusal(500, 'BUG', describeFailure(thrown))),
});
