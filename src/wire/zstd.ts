// Zstandard (RFC 8878) undone as the bytes arrive, in JavaScript: Node 20 has no decoder, and that of Node 22 and 24 stops
// after the first frame of a body that has several, which would lose bytes without a word.
import { Transform, type Duplex } from 'node:stream';
import { Decompress, ZstdErrorCode } from 'fzstd';

/** Opens a decoder for one body. A body that breaks off gives what came up to its last whole block. */
export function openZstdDecoder(): Duplex {
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
