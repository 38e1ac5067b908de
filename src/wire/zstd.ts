// Zstandard (RFC 8878) undone as the bytes arrive: by node:zlib where it can (Node 22.15 on), else in JavaScript.
import { Transform, type Duplex } from 'node:stream';
import * as zlib from 'node:zlib';
import { Decompress, ZstdErrorCode } from 'fzstd';

const isMaker = (value: unknown): value is () => Duplex => typeof value === 'function';
const native: unknown = Reflect.get(zlib, 'createZstdDecompress');

/** Opens a decoder for one body. A body that breaks off gives what came up to its last whole block. */
export function openZstdDecoder(): Duplex {
  return isMaker(native) ? native() : openScriptDecoder();
}

/** The decoder without native help; its window lives in JavaScript memory. */
export function openScriptDecoder(): Duplex {
  const decoder = new Decompress();
  const stream = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      done(failureOf(() => decoder.push(chunk)));
    },
    // short frames wait for the word that nothing follows; a body that breaks off is no failure of the encoding
    flush(done) {
      const failure = failureOf(() => decoder.push(Buffer.alloc(0), true));
      done(isEarlyEnd(failure) ? null : failure);
    },
  });
  decoder.ondata = (data) => {
    if (data.length > 0) stream.push(Buffer.from(data)); // a copy: the decoder writes into its window again
  };
  return stream;
}

function failureOf(act: () => void): Error | null {
  try {
    act();
    return null;
  } catch (cause) {
    return cause instanceof Error ? cause : new Error(String(cause));
  }
}

const isEarlyEnd = (failure: Error | null): boolean =>
  failure !== null && 'code' in failure && failure.code === ZstdErrorCode.UnexpectedEOF;
