// Connections to an origin: straight, or by CONNECT through the caller's own proxy; plain, or with TLS on top.
import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Hop } from './hops.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
}

const CONNECT_TIMEOUT_MS = 30_000;
/** A model may be silent for long: what stands between keeps the connection in its tables. */
const KEEP_ALIVE_MS = 60_000;
const HEAD_BYTES_MAX = 64 * 1024;

export interface Dialling {
  /** As in openUpstreams: it counts for the proxy too. */
  readonly trust: readonly string[] | null;
  /** One side may end while the other goes on: for tunnels, whose ends know what they do. */
  readonly isHalfOpen: boolean;
}

/** @throws Error where there is no way. */
export async function dial(target: Target, hop: Hop | null, how: Dialling): Promise<Socket> {
  if (hop === null) return dialStraight(target, how);
  const { trust } = how;
  const plain = await dialStraight(hop, how);
  const socket = hop.isTls ? await wrap(plain, { host: hop.host, trust, alpn: [] }) : plain;
  try {
    return await inTime(socket, openThrough(socket, target, hop));
  } catch (thrown) {
    socket.destroy();
    throw thrown;
  }
}

async function dialStraight({ host, port }: Target, { isHalfOpen }: Dialling): Promise<Socket> {
  const socket = connect({ host, port, allowHalfOpen: isHalfOpen });
  socket.on('error', seenByClose);
  await inTime(socket, once(socket, 'connect'));
  return socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
}

/** Whoever works with the socket by then hears of it. */
const seenByClose = (): void => undefined;

export interface Wrapping {
  readonly host: string;
  readonly trust: readonly string[] | null;
  readonly alpn: readonly string[];
}

/** TLS on a connection that stands. @throws Error where the certificate is not trusted. */
export async function wrap(socket: Socket, { host, trust, alpn }: Wrapping): Promise<TLSSocket> {
  const secure = connectTls({
    socket,
    ...(isIP(host) === 0 ? { servername: host } : { host }),
    ...(trust === null ? {} : { ca: [...trust] }),
    ALPNProtocols: [...alpn],
  });
  secure.on('error', seenByClose);
  secure.on('close', () => socket.destroy());
  await inTime(secure, once(secure, 'secureConnect'));
  return secure;
}

/** Rejects, and destroys the socket, where the work is not done in time or the socket closes before it is. */
async function inTime<T>(socket: Socket, work: Promise<T>): Promise<T> {
  const closed = new AbortController();
  const timer = setTimeout(
    () => socket.destroy(new Error('no connection in time')),
    CONNECT_TIMEOUT_MS,
  );
  const close = once(socket, 'close', { signal: closed.signal }).then(
    () => Promise.reject(new Error('the connection was closed before it stood')),
    (thrown: unknown) => Promise.reject(thrown),
  );
  try {
    return await Promise.race([work, close]);
  } catch (thrown) {
    socket.destroy();
    throw thrown;
  } finally {
    clearTimeout(timer);
    closed.abort();
    close.catch(() => undefined);
  }
}

/** RFC 9110 9.3.6. What the origin says right behind the proxy's answer stays in the socket. */
async function openThrough(socket: Socket, target: Target, hop: Hop): Promise<Socket> {
  const name = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${String(target.port)}`;
  const login = hop.authorization === null ? '' : `Proxy-Authorization: ${hop.authorization}\r\n`;
  socket.write(`CONNECT ${name} HTTP/1.1\r\nHost: ${name}\r\n${login}\r\n`);
  const head = await readHead(socket);
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 'nothing that makes sense';
  if (!status.startsWith('2'))
    throw new Error(`the proxy ${hop.host}:${String(hop.port)} answered ${status} to CONNECT`);
  return socket;
}

function readHead(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const settle = (act: () => void): void => {
      socket.off('readable', read);
      socket.off('end', ended);
      socket.off('error', reject);
      act();
    };
    const ended = (): void => settle(() => reject(new Error('the proxy closed the connection')));
    const read = (): void => {
      for (let chunk = readChunk(socket); chunk !== null; chunk = readChunk(socket)) {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf('\r\n\r\n');
        if (end >= 0) {
          const rest = head.subarray(end + 4);
          if (rest.length > 0) socket.unshift(rest);
          return settle(() => resolve(head.subarray(0, end).toString('latin1')));
        }
        if (head.length > HEAD_BYTES_MAX)
          return settle(() => reject(new Error('the proxy never ends its answer')));
      }
    };
    socket.on('readable', read);
    socket.on('end', ended);
    socket.on('error', reject);
  });
}

function readChunk(socket: Socket): Buffer | null {
  const chunk: unknown = socket.read();
  return Buffer.isBuffer(chunk) ? chunk : null;
}
