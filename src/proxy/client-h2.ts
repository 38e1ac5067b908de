// A client that speaks HTTP/2 on a connection that CONNECT made and we decrypted: a stream is an exchange.
import {
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Asked, Client } from './client.ts';
import { fieldsOf, pairsOf, valueOf } from './headers.ts';

const NOTHING = Buffer.alloc(0);
const STREAMS_MAX = 256;
const STREAM_WINDOW_BYTES = 512 * 1024;
/** Of one connection; node closes it beyond this with all its streams. */
const SESSION_MEGABYTES_MAX = 256;

/** @param serve called with each request. */
export function openH2Session(
  socket: TLSSocket,
  headerBytesMax: number,
  serve: (asked: Asked, client: Client) => void,
): ServerHttp2Session {
  const session = performServerHandshake(socket, {
    maxSessionMemory: SESSION_MEGABYTES_MAX,
    settings: {
      maxConcurrentStreams: STREAMS_MAX,
      initialWindowSize: STREAM_WINDOW_BYTES,
      maxHeaderListSize: headerBytesMax,
    },
  });
  // node waits for this event of a socket that no tls.Server made, and loses what has come by then (20.20)
  socket.emit('secureConnect');
  session.on('error', () => undefined); // each stream hears of it
  session.on('stream', (stream: ServerHttp2Stream, ...rest: unknown[]) => {
    stream.on('error', () => undefined); // a client that has gone is seen by its closed stream
    serve(askedOfH2(stream, rest[2]), clientOfH2(stream));
  });
  return session;
}

function askedOfH2(stream: ServerHttp2Stream, raw: unknown): Asked {
  const all = Array.isArray(raw) ? raw.map(String) : [];
  const fields = pairsOf(all).filter(([name]) => !name.startsWith(':'));
  // a cookie may come in crumbs, and is one header everywhere else (RFC 9113 8.2.3)
  const crumbs = fields.filter(([name]) => name === 'cookie').map(([, value]) => value);
  const cookie = crumbs.length === 0 ? [] : ['cookie', crumbs.join('; ')];
  return {
    method: valueOf(all, ':method') ?? 'GET',
    url: valueOf(all, ':path') ?? '/',
    headers: [...fields.filter(([name]) => name !== 'cookie').flat(), ...cookie],
    host: valueOf(all, ':authority') ?? valueOf(all, 'host'),
    origin: valueOf(all, 'origin'),
    hasBody: !stream.endAfterHeaders,
    body: () => stream.iterator({ destroyOnReturn: false }),
  };
}

function clientOfH2(stream: ServerHttp2Stream): Client {
  const state: { trailers: readonly string[] | null } = { trailers: null };
  stream.on('wantTrailers', () => {
    // node ends a stream before it resets it, and what was cut must not look whole
    if (state.trailers !== null) stream.sendTrailers(fieldsOf(state.trailers));
  });
  return {
    hasBegun: () => stream.headersSent,
    isGone: () => stream.destroyed && state.trailers === null,
    begin: (status, headers) => {
      const { connection: _connection, ...fields } = fieldsOf(headers); // means nothing to a stream
      stream.respond({ ':status': status, ...fields }, { waitForTrailers: true });
    },
    flush: () => undefined,
    write: (bytes) => (stream.write(bytes) ? null : drained(stream)),
    end: (trailers) => {
      state.trailers = trailers;
      stream.end();
    },
    cut: () => void stream.write(NOTHING, () => stream.close(constants.NGHTTP2_INTERNAL_ERROR)),
    onClose: (act) => void (stream.destroyed ? act() : stream.once('close', act)),
  };
}

/** Resolves when the client has taken what was written, or has gone. */
function drained(stream: ServerHttp2Stream): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
