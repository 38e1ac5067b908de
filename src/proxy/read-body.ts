// A request's body: kept whole in memory where it is of a usual size, else only its start, and the rest streams past.
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { RequestBody } from './door.ts';

/** Real clients send up to some megabytes; beyond this a body is an upload, not a conversation. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;

export interface Incoming {
  readonly body: RequestBody;
  /** What goes upstream; null for no body at all. */
  readonly forwarded: Buffer | Readable | null;
}

/** @throws Error where the client goes before its body is complete. */
export async function readBody(request: IncomingMessage): Promise<Incoming> {
  const chunks: Buffer[] = [];
  let size = 0;
  const source: AsyncIterator<Buffer> = request.iterator({ destroyOnReturn: false });
  for (let next = await source.next(); next.done !== true; next = await source.next()) {
    chunks.push(next.value);
    size += next.value.length;
    if (size > BODY_BYTES_MAX) {
      const bytes = Buffer.concat(chunks);
      return { body: { kind: 'start', bytes }, forwarded: Readable.from(follow(bytes, source)) };
    }
  }
  const bytes = Buffer.concat(chunks);
  const isEmpty = size === 0 && !hasBody(request);
  return { body: { kind: 'whole', bytes }, forwarded: isEmpty ? null : bytes };
}

async function* follow(start: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield start;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

const hasBody = (request: IncomingMessage): boolean =>
  request.headers['content-length'] !== undefined ||
  request.headers['transfer-encoding'] !== undefined;
