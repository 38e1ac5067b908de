// Origins that speak TLS, and clients that come to them through CONNECT.
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect as connectH2,
  createSecureServer,
  type Http2SecureServer,
} from 'node:http2';
import { connect } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { makeAuthority, openAuthority } from '../../src/proxy/authority.ts';
import type { OpenedSession } from '../../src/flow/session/open-session.ts';

export interface Origin {
  readonly port: number;
  readonly server: Http2SecureServer;
  /** Of the authority that vouches for it, PEM. */
  readonly certificate: string;
  readonly close: () => Promise<void>;
}

/** Speaks both kinds of HTTP. @param name that its certificate is for. */
export async function startOrigin(name = 'localhost'): Promise<Origin> {
  const files = await makeAuthority('the internet');
  const context = await openAuthority(files).contextFor(name);
  const server = createSecureServer({
    allowHTTP1: true,
    SNICallback: (_name, done) => done(null, context),
  });
  const sockets = new Set<TLSSocket>();
  server.on('secureConnection', (socket: TLSSocket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.on('sessionError', () => undefined);
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    server,
    certificate: files.certificate,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface Tunnelling {
  readonly session: OpenedSession;
  /** `host:port`. */
  readonly target: string;
  /** Certificates, PEM. */
  readonly ca: string;
  readonly alpn: readonly string[];
}

/** CONNECT with the session's token, then TLS. */
export async function tunnelTo({ session, target, ca, alpn }: Tunnelling): Promise<TLSSocket> {
  const socket = connect(Number(new URL(session.daemon.url).port), '127.0.0.1');
  const login = Buffer.from(`aitrail:${session.token}`).toString('base64');
  socket.write(
    `CONNECT ${target} HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic ${login}\r\n\r\n`,
  );
  const [head] = await once(socket, 'data');
  if (!String(head).startsWith('HTTP/1.1 200 ')) throw new Error(String(head));
  const servername = target.split(':')[0] ?? '';
  const tls = connectTls({ socket, servername, ca, ALPNProtocols: [...alpn] });
  await once(tls, 'secureConnect');
  return tls;
}

export async function openH2Client(
  tunnelling: Omit<Tunnelling, 'alpn'>,
): Promise<ClientHttp2Session> {
  const socket = await tunnelTo({ ...tunnelling, alpn: ['h2'] });
  return connectH2(`https://${tunnelling.target}`, { createConnection: () => socket });
}
