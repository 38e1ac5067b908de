// CONNECT: the client's own TLS goes through blind, except to the hosts of configured connections, which we answer for
// with a certificate of the local authority. Either way only with the session token as the proxy's password.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { dial } from './dial.ts';
import type { Door, Refusal, Tunnel } from './door.ts';
import { proxyToken, type Tunnelled } from './knock.ts';
import { describeFailure, plainRefusal, refusalBody } from './refuse.ts';

export interface TunnelCall {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  /** What the client sent right behind its request. */
  readonly head: Buffer;
  readonly door: Door;
  /** Of the caller's own proxy. */
  readonly trust: readonly string[] | null;
  /** Takes a decrypted connection; its handshake is done. */
  readonly serve: (socket: TLSSocket, tunnelled: Tunnelled) => void;
}

const HANDSHAKE_TIMEOUT_MS = 30_000;
const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n';

/** Never throws. */
export async function openTunnel(call: TunnelCall): Promise<void> {
  const { request, socket, door } = call;
  socket.on('error', () => socket.destroy());
  const target = parseAuthority(request.url ?? '');
  if (target === null)
    return refuseTunnel(socket, plainRefusal(400, 'BAD_TARGET', 'CONNECT needs HOST:PORT'));
  try {
    const token = proxyToken(request.rawHeaders) ?? '';
    const tunnel = await door.admitTunnel({ token, ...target });
    switch (tunnel.kind) {
      case 'refused':
        return refuseTunnel(socket, tunnel);
      case 'blind':
        return await passBlind(call, tunnel, target);
      case 'known': {
        const context = await tunnel.context();
        const origin = `https://${hostText(target.host)}:${String(target.port)}`;
        return decrypt(call, context, { token, origin });
      }
    }
  } catch (thrown) {
    refuseTunnel(socket, plainRefusal(500, 'BUG', describeFailure(thrown)));
  }
}

interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, `[::1]:443`. */
function parseAuthority(text: string): HostPort | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:/@[\]]+)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) return null;
  return { host: (match[1] ?? match[2] ?? '').toLowerCase(), port };
}

const hostText = (host: string): string => (host.includes(':') ? `[${host}]` : host);

function decrypt(
  { socket, head, serve }: TunnelCall,
  context: SecureContext,
  tunnelled: Tunnelled,
): void {
  socket.write(ESTABLISHED);
  if (head.length > 0) socket.unshift(head);
  const secure = new TLSSocket(socket, {
    isServer: true,
    secureContext: context,
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  // a client that does not trust us closes, or goes without a word
  const timer = setTimeout(() => socket.destroy(), HANDSHAKE_TIMEOUT_MS);
  const leave = (): void => {
    clearTimeout(timer);
    socket.destroy();
  };
  for (const over of ['error', 'close']) secure.on(over, leave);
  secure.once('end', leave);
  secure.once('secure', () => {
    clearTimeout(timer);
    secure.off('end', leave);
    serve(secure, tunnelled);
  });
  secure.read(0); // or its end is not seen
}

async function passBlind(
  { socket, head, trust }: TunnelCall,
  tunnel: Extract<Tunnel, { kind: 'blind' }>,
  target: HostPort,
): Promise<void> {
  const refusal = await tunnel.begin();
  if (refusal !== null) return refuseTunnel(socket, refusal);
  let remote: Socket;
  try {
    remote = await dial(target, tunnel.hop, { trust, isHalfOpen: true });
  } catch (thrown) {
    await tunnel.end({ sentBytes: 0, receivedBytes: 0, ending: 'upstream-error' });
    const message = `${target.host} gave no answer: ${describeFailure(thrown)}`;
    return refuseTunnel(socket, plainRefusal(502, 'UPSTREAM_UNREACHABLE', message));
  }
  // what the caller's proxy was asked and said is no part of the tunnel
  const before = { sent: remote.bytesWritten, received: remote.bytesRead - remote.readableLength };
  const cut = (): void => void socket.destroy();
  tunnel.stop.addEventListener('abort', cut);
  socket.on('close', () => remote.destroy());
  remote.on('close', () => {
    tunnel.stop.removeEventListener('abort', cut);
    const sentBytes = remote.bytesWritten - before.sent;
    const receivedBytes = remote.bytesRead - before.received;
    void tunnel.end({ sentBytes, receivedBytes, ending: 'ok' }).then(() => socket.destroySoon());
  });
  if (socket.destroyed) return void remote.destroy();
  socket.write(ESTABLISHED);
  if (head.length > 0) remote.write(head);
  socket.pipe(remote).pipe(socket);
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  407: 'Proxy Authentication Required',
  502: 'Bad Gateway',
};

function refuseTunnel(socket: Socket, refusal: Refusal): void {
  if (socket.destroyed) return;
  const { status, code } = refusal;
  const body = refusalBody(refusal);
  const lines = [
    `HTTP/1.1 ${String(status)} ${REASONS[status] ?? 'Service Unavailable'}`,
    ...(status === 407 ? ['proxy-authenticate: Basic realm="aitrail"'] : []),
    `x-aitrail-error: ${code}`,
    'content-type: application/json',
    `content-length: ${String(Buffer.byteLength(body))}`,
    'connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
