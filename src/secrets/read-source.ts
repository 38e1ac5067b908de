// Bytes of a file → text to scan, with the way back to byte offsets.
import { isAscii, isUtf8 } from 'node:buffer';

export interface DecodedSource {
  readonly text: string;
  readonly byteLength: (text: string) => number;
}

/** git's own test for binary content looks at as many bytes. */
const PROBE_BYTES = 8000;

/** @returns null for binary content. */
export function readSource(bytes: Buffer): DecodedSource | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return { text: bytes.toString('utf16le'), byteLength: (text) => text.length * 2 };
  if (bytes.subarray(0, PROBE_BYTES).includes(0)) return null;
  if (isAscii(bytes)) return { text: bytes.toString('latin1'), byteLength: (text) => text.length };
  if (isUtf8(bytes))
    return { text: bytes.toString('utf8'), byteLength: (text) => Buffer.byteLength(text, 'utf8') };
  return readBytes(bytes);
}

/** One byte, one character: offsets stay true whatever the encoding is. */
export const readBytes = (bytes: Buffer): DecodedSource => ({
  text: bytes.toString('latin1'),
  byteLength: (text) => text.length,
});
