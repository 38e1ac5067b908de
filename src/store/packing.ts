// Bytes as they lie in a row: deflated where that gains something.
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';

const { Z_SYNC_FLUSH } = constants;

// zstd packs better, but only newer Nodes have it, and a store must open under every Node that the machine has
const AS_IS = 0;
const DEFLATED = 1;
/** Of a team's store: the bytes lie elsewhere … */
export const IN_OBJECT = 2;
/** … and were looked for there in vain. */
export const LOST = 3;
/** Deflated and flushed, without an end: several of them inflate as one, which costs what one costs. */
export const FLUSHED = 4;
/** What a flush ends with; left out in the row, as RFC 7692 7.2.1 does. Stands between several. */
export const FLUSH_MARK = Uint8Array.of(0, 0, 0xff, 0xff);
/** Below this deflate gains nothing. */
const DEFLATE_BYTES_MIN = 48;
/** Above this the fastest level is used: a long stream must not wait for its own recording. */
const BEST_BYTES_MAX = 65_536;

export interface Packed {
  readonly codec: number;
  readonly data: Uint8Array;
}

export function pack(bytes: Uint8Array): Packed {
  if (bytes.length < DEFLATE_BYTES_MIN) return { codec: AS_IS, data: bytes };
  const data = deflateRawSync(bytes, { level: levelFor(bytes) });
  return data.length < bytes.length ? { codec: DEFLATED, data } : { codec: AS_IS, data: bytes };
}

/** As `pack`, for rows that are searched many at a time. */
export function packFlushed(bytes: Uint8Array): Packed {
  if (bytes.length < DEFLATE_BYTES_MIN) return { codec: AS_IS, data: bytes };
  const flushed = deflateRawSync(bytes, { level: levelFor(bytes), finishFlush: Z_SYNC_FLUSH });
  const data = flushed.subarray(0, flushed.length - FLUSH_MARK.length);
  return data.length < bytes.length ? { codec: FLUSHED, data } : { codec: AS_IS, data: bytes };
}

const levelFor = (bytes: Uint8Array): number =>
  bytes.length > BEST_BYTES_MAX ? constants.Z_BEST_SPEED : 6;

/** @throws Error for bytes that are not here. */
export function unpack({ codec, data }: Packed): Uint8Array {
  if (codec === DEFLATED) return inflateRawSync(data);
  if (codec === FLUSHED) return inflateRawSync(data, { finishFlush: Z_SYNC_FLUSH });
  if (codec !== AS_IS) throw new Error('the object with its bytes is missing');
  return data;
}

/**
 * What was packed by `packFlushed`, joined with the mark between.
 *
 * @param bytes how many come out: one buffer of that length in place of several of 16 KiB.
 * @throws Error where others come out.
 */
export function unpackJoined(data: Uint8Array, bytes: number): Buffer {
  const chunkSize = Math.max(OUTPUT_BYTES_MIN, bytes + 1);
  const joined = inflateRawSync(data, { chunkSize, finishFlush: Z_SYNC_FLUSH });
  if (joined.length !== bytes)
    throw new Error(`${String(joined.length)} bytes in place of ${String(bytes)}`);
  return joined;
}

/** For values that are always packed. */
export const deflateText = (text: string): Uint8Array => deflateRawSync(text);
export const inflateText = (data: Uint8Array): string =>
  inflateRawSync(data, { chunkSize: roomFor(data.length) }).toString('utf8');

/** What code and prose deflate by, as a rule, and a little more; else another buffer is taken. */
const RATIO = 6;
const OUTPUT_BYTES_MIN = 64;
const OUTPUT_BYTES_USUAL = 16_384;

/** Thousands are read at once, and 16 KiB for each would be thrown away. */
const roomFor = (packedBytes: number): number =>
  Math.min(OUTPUT_BYTES_USUAL, Math.max(OUTPUT_BYTES_MIN, packedBytes * RATIO));
