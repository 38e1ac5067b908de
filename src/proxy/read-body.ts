// A request's body: kept whole in memory where it is of a usual size, else only its start, and the rest streams past.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Asked } from './client.ts';
import type { PassedBody, RequestBody } from './door.ts';

/** Real clients send up to some megabytes; beyond this a body is an upload, not a conversation. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;

export interface Incoming {
  readonly body: RequestBody;
  /** What goes upstream; null for no body at all. */
  readonly forwarded: Buffer | Readable | null;
  /** It is not what the client sent: length and encoding are its own. */
  readonly isOther?: boolean;
}

/** @throws Error where the client goes before its body is complete. */
export async function readBody(asked: Asked): Promise<Incoming> {
  const chunks: Buffer[] = [];
  let size = 0;
  const source = asked.body();
  for (let next = await source.next(); next.done !== true; next = await source.next()) {
    chunks.push(next.value);
    size += next.value.length;
    if (size > BODY_BYTES_MAX) {
      const bytes = Buffer.concat(chunks);
      const seen: Seen = { hash: createHash('sha256'), bytes: 0 };
      const passed = (): PassedBody => ({
        sha256: seen.hash.copy().digest('hex'),
        bytes: seen.bytes,
      });
      const forwarded = Readable.from(follow(seen, bytes, source));
      return { body: { kind: 'start', bytes, passed }, forwarded };
    }
  }
  const bytes = Buffer.concat(chunks);
  const isEmpty = size === 0 && !asked.hasBody;
  return { body: { kind: 'whole', bytes }, forwarded: isEmpty ? null : bytes };
}

interface Seen {
  readonly hash: ReturnType<typeof createHash>;
  bytes: number;
}

async function* follow(
  seen: Seen,
  start: Buffer,
  rest: AsyncIterator<Buffer>,
): AsyncGenerator<Buffer> {
  const see = (chunk: Buffer): Buffer => {
    seen.hash.update(chunk);
    seen.bytes += chunk.length;
    return chunk;
  };
  yield see(start);
  for (let next = await rest.next(); next.done !== true; next = await rest.next())
    yield see(next.value);
}
