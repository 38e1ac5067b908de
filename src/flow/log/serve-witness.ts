// The witness's door: `POST …/add-checkpoint` over HTTP (c2sp.org/tlog-witness). Who asks needs no name: only what the
// log's own key signed is cosigned.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { WitnessBook } from './witness-book.ts';

export interface WitnessDoor {
  readonly url: string;
  readonly close: () => Promise<void>;
}

export interface WitnessPlace {
  readonly host: string;
  /** 0: any. */
  readonly port: number;
  /** Told of logs that showed two histories. */
  readonly warn: (text: string) => void;
}

/** A checkpoint with 63 hashes and a hundred signatures is far below it. */
const BODY_BYTES_MAX = 65_536;
const REQUEST_TIMEOUT_MS = 10_000;

/** @throws what listening throws. */
export async function serveWitness(book: WitnessBook, place: WitnessPlace): Promise<WitnessDoor> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    void respond(book, { request, response }, place.warn);
  });
  server.listen(place.port, place.host);
  await once(server, 'listening');
  return {
    url: urlOf(server, place.host),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
}

async function answer(
  book: WitnessBook,
  request: IncomingMessage,
  warn: (text: string) => void,
): Promise<Answer> {
  if (request.url?.endsWith('/add-checkpoint') !== true)
    return { status: 404, type: null, body: '' };
  if (request.method !== 'POST') return { status: 405, type: null, body: '' };
  try {
    const body = await readBody(request);
    if (body === null) return { status: 413, type: null, body: '' };
    const reply = book.add(body, Date.now());
    if (reply.alarm !== null) warn(reply.alarm);
    return reply;
  } catch (thrown) {
    warn(thrown instanceof Error ? thrown.message : String(thrown));
    return { status: 500, type: null, body: '' };
  }
}

async function respond(
  book: WitnessBook,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  warn: (text: string) => void,
): Promise<void> {
  const { status, type, body } = await answer(book, request, warn);
  response.writeHead(status, type === null ? {} : { 'content-type': type });
  response.end(body);
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request) {
    const some = Buffer.from(piece);
    bytes += some.length;
    if (bytes > BODY_BYTES_MAX) return null;
    pieces.push(some);
  }
  return Buffer.concat(pieces).toString('utf8');
}
