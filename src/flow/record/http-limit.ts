// How much of a body a record keeps. A conversation with a model is kept whole; of plain HTTP (packages, images, pack
// files) what is longer leaves its digest and length.
import type { Connection } from '../../model/policy.ts';

const HTTP_BYTES_MAX = 4 * 1024 * 1024;

/** Is a request's body kept out of the record? */
export const isTooLong = ({ protocol }: Connection, bytes: number): boolean =>
  protocol === 'http' && bytes > HTTP_BYTES_MAX;

/** @param keptBytes of the same reply before. @returns the part of the chunk that is still kept. */
export function withinLimit(
  { protocol }: Connection,
  chunk: Uint8Array,
  keptBytes: number,
): Uint8Array {
  if (protocol !== 'http' || keptBytes + chunk.length <= HTTP_BYTES_MAX) return chunk;
  return chunk.subarray(0, Math.max(0, HTTP_BYTES_MAX - keptBytes));
}
