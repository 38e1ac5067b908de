// Content encodings undone as the bytes arrive: what is masked and recorded is the decoded body.
import { pipeline, Readable, type Duplex } from 'node:stream';
import * as zlib from 'node:zlib';
import { Fault } from '../model/fault.ts';
import { openZstdDecoder } from './zstd.ts';

/** Flushed at the end rather than finished: a body that breaks off still gives everything that came. */
const ZLIB = { finishFlush: zlib.constants.Z_SYNC_FLUSH };
const BROTLI = { finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH };

type Decoder = (first: Uint8Array) => Duplex;

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: () => zlib.createGunzip(ZLIB),
  'x-gzip': () => zlib.createGunzip(ZLIB),
  deflate: (first) =>
    hasZlibHeader(first) ? zlib.createInflate(ZLIB) : zlib.createInflateRaw(ZLIB),
  br: () => zlib.createBrotliDecompress(BROTLI),
  zstd: openZstdDecoder,
};

/** RFC 1950 2.2: method 8, and the first two bytes are a multiple of 31. Some servers send bare deflate data. */
function hasZlibHeader(first: Uint8Array): boolean {
  const [low = 0, high] = first;
  if ((low & 0x0f) !== 8) return false;
  return high === undefined || ((low << 8) | high) % 31 === 0;
}

const namesIn = (header: string | null): readonly string[] =>
  (header ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');

/**
 * What to ask the upstream for.
 *
 * @param asked the client's own header, null where it sent none: then it gets no encoding that it did not ask for.
 */
export function acceptEncoding(asked: string | null): string {
  const wanted = new Set(
    namesIn(asked)
      .filter((entry) => !/;\s*q=0(?:\.0*)?$/.test(entry))
      .map((entry) => entry.replace(/\s*;.*/, '')),
  );
  const known = Object.keys(DECODERS).filter((name) => name !== 'x-gzip');
  const both = wanted.has('*') ? known : known.filter((name) => wanted.has(name));
  return both.length === 0 ? 'identity' : both.join(', ');
}

/** Can this `content-encoding` be undone? */
export const isDecodable = (encoding: string | null): boolean =>
  namesIn(encoding).every((name) => name in DECODERS);

/**
 * Undoes the encodings of a body.
 *
 * @param encoding value of `content-encoding`; several are undone last first.
 * @returns decoded bytes as soon as they can be had.
 * @throws UPSTREAM_NONSENSE where the encoding is not known or the bytes are not in it.
 */
export function decodeContent(
  encoding: string | null,
  source: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  return namesIn(encoding).reduceRight<AsyncIterable<Uint8Array>>(
    (body, name) => decodeOne(name, body),
    source,
  );
}

async function* decodeOne(
  name: string,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const decoder = DECODERS[name];
  if (decoder === undefined)
    throw new Fault('UPSTREAM_NONSENSE', `content-encoding ${name} cannot be undone here`);
  const bytes = source[Symbol.asyncIterator]();
  const head = await takeHead(bytes);
  if (head.length === 0) return; // an empty body has no header either
  const transform = decoder(head);
  const broken: Broken = { cause: null };
  // errors of the decoder arrive where the transform is read
  pipeline(Readable.from(chain(head, bytes, broken)), transform, () => undefined);
  try {
    for await (const chunk of transform) if (chunk instanceof Uint8Array) yield chunk;
  } catch (cause) {
    throw new Fault('UPSTREAM_NONSENSE', `body is not ${name}`, { cause });
  }
  if (broken.cause !== null) throw broken.cause;
}

/** Why the source broke off; thrown only when all that came before has been decoded. */
interface Broken {
  cause: Error | null;
}

/** The first two bytes or more: enough to tell the kinds of deflate apart. */
async function takeHead(bytes: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await bytes.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

async function* chain(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
  broken: Broken,
): AsyncGenerator<Uint8Array> {
  try {
    yield head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next())
      yield next.value;
  } catch (cause) {
    broken.cause = cause instanceof Error ? cause : new Error(String(cause));
  } finally {
    await rest.return?.(); // a reader that stops early lets go of the source
  }
}

/**
 * Undoes the encodings of a body that is there as a whole.
 *
 * @param bytesMax a body that decodes to more is refused.
 */
export async function decodeBody(
  encoding: string | null,
  body: Uint8Array,
  bytesMax: number,
): Promise<Uint8Array> {
  if (namesIn(encoding).length === 0) return body;
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of decodeContent(encoding, Readable.from([body]))) {
    bytes += part.length;
    if (bytes > bytesMax)
      throw new Fault('UPSTREAM_NONSENSE', `body decodes to more than ${bytesMax} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
