// One HTTP/2 connection to an upstream. node:http2 and not undici's: that one ends every stream at the first GOAWAY, also
// those that the server means to finish, and gives each POST a connection of its own (tried with 7.30).
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { fieldsOf, pairsOf } from './headers.ts';
import type { UpstreamCall, UpstreamReply } from './upstreams.ts';

export interface H2Connection {
  /** May it be given one more stream? */
  hasRoom(): boolean;
  /** @throws Refused where the server has not looked at the request; Error where no reply came. */
  call(request: UpstreamCall): Promise<UpstreamReply>;
  close(): void;
}

/** RFC 9113 8.7: safe to ask again on another connection. */
export class Refused extends Error {}

/** What most servers allow; theirs counts once they have said it. */
const STREAMS_MAX = 100;
const STREAM_WINDOW_BYTES = 512 * 1024;
const CONNECTION_WINDOW_BYTES = 8 * 1024 * 1024;
/** Of the whole connection; node closes it beyond this with all its streams. */
const SESSION_MEGABYTES_MAX = 256;
const IDLE_MS = 30_000;

/** @param onEnd called when it takes no more streams. */
export function openH2(origin: string, socket: TLSSocket, onEnd: () => void): H2Connection {
  const session = connect(origin, {
    createConnection: () => socket,
    maxSessionMemory: SESSION_MEGABYTES_MAX,
    settings: { enablePush: false, initialWindowSize: STREAM_WINDOW_BYTES },
  });
  session.on('connect', () => session.setLocalWindowSize(CONNECTION_WINDOW_BYTES));
  session.on('error', () => undefined); // each stream hears of it
  session.on('goaway', onEnd); // node lets open streams finish where the server means them to
  session.on('close', onEnd);
  const state = { open: 0 };
  session.setTimeout(IDLE_MS, () => {
    if (state.open === 0) session.close();
  });
  return {
    hasRoom: () =>
      !session.closed && !session.destroyed && state.open < (streamsMax(session) ?? STREAMS_MAX),
    call: async (request) => {
      state.open += 1;
      const stream = session.request(headersOf(origin, request), {
        endStream: request.body === null,
      });
      stream.on('close', () => (state.open -= 1));
      return exchange(stream, request);
    },
    close: () => session.destroy(),
  };
}

/** @returns null before the server has said it. */
function streamsMax({ remoteSettings }: ClientHttp2Session): number | null {
  const said = remoteSettings.maxConcurrentStreams;
  return said === undefined ? null : Math.min(said, 1000);
}

function headersOf(
  origin: string,
  { method, path, headers, body }: UpstreamCall,
): OutgoingHttpHeaders {
  const { host, protocol } = new URL(origin);
  return {
    ':method': method,
    ':scheme': protocol.slice(0, -1),
    ':authority': host,
    ':path': path,
    ...fieldsOf(headers),
    ...(Buffer.isBuffer(body) ? { 'content-length': String(body.length) } : {}),
    te: 'trailers', // they are passed on
  };
}

function exchange(stream: ClientHttp2Stream, request: UpstreamCall): Promise<UpstreamReply> {
  const { body, signal } = request;
  const abort = (): void => stream.close(constants.NGHTTP2_CANCEL);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  stream.on('close', () => signal.removeEventListener('abort', abort));
  send(stream, body);
  return new Promise((resolve, reject) => {
    let trailers: readonly string[] = [];
    const fail = (cause: Error | null): void => reject(failureOf(stream, cause));
    stream.on('error', fail);
    stream.on('close', () => fail(null));
    stream.on('trailers', (_fields: unknown, _flags: unknown, raw: unknown) => {
      trailers = listOf(raw);
    });
    stream.on('response', (fields, ...rest: unknown[]) => {
      const status = fields[':status'] ?? 502;
      const headers = listOf(rest[1]);
      resolve({ status, headers, body: read(stream), trailers: () => trailers });
    });
  });
}

function send(stream: ClientHttp2Stream, body: UpstreamCall['body']): void {
  if (body === null) return;
  if (Buffer.isBuffer(body)) return void stream.end(body);
  body.on('error', () => stream.close(constants.NGHTTP2_CANCEL)); // the client broke off its upload
  stream.on('close', () => body.destroy());
  body.pipe(stream);
}

function failureOf(stream: ClientHttp2Stream, cause: Error | null): Error {
  const { rstCode } = stream;
  if (rstCode === constants.NGHTTP2_REFUSED_STREAM) return new Refused('the stream was refused');
  return cause ?? new Error(`the stream was closed before an answer (code ${String(rstCode)})`);
}

/** A reset with CANCEL looks like an end to the stream's readers (node 20): here it is an error like any other. */
async function* read(stream: ClientHttp2Stream): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterable<Buffer> = stream;
  yield* chunks;
  const { rstCode } = stream;
  if (rstCode !== 0 || stream.aborted)
    throw new Error(`the stream was reset (code ${String(rstCode)})`);
}

/** Names and values by turns, without the pseudo-headers. */
function listOf(raw: unknown): readonly string[] {
  const words = Array.isArray(raw) ? raw.map(String) : [];
  return pairsOf(words)
    .filter(([name]) => !name.startsWith(':'))
    .flat();
}
