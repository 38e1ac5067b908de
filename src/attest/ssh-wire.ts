// RFC 4251 section 5: the data types that SSH keys and signatures are made of.

export interface SshReader {
  readonly byte: () => number;
  readonly uint32: () => number;
  readonly uint64: () => bigint;
  /** A length-prefixed run of bytes. */
  readonly string: () => Buffer;
  /** The same as text. */
  readonly text: () => string;
  /** The next `count` bytes without a length. */
  readonly take: (count: number) => Buffer;
  readonly left: () => number;
}

/** Reads in order. Every member throws RangeError where the bytes end too early. */
function openReader(bytes: Uint8Array): SshReader {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const take = (count: number): Buffer => {
    if (count > buffer.length - at) throw new RangeError('truncated SSH data');
    at += count;
    return buffer.subarray(at - count, at);
  };
  const uint32 = (): number => take(4).readUInt32BE(0);
  const string = (): Buffer => take(uint32());
  return {
    byte: () => take(1).readUInt8(0),
    uint32,
    uint64: () => take(8).readBigUInt64BE(0),
    string,
    text: () => string().toString('utf8'),
    take,
    left: () => buffer.length - at,
  };
}

/** Runs a parser that reads to the very end of the bytes; null where they are short, long or wrong. */
export function readAll<T>(bytes: Uint8Array, parse: (reader: SshReader) => T | null): T | null {
  const reader = openReader(bytes);
  try {
    const parsed = parse(reader);
    return reader.left() === 0 ? parsed : null;
  } catch (thrown) {
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
}

export function formatUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function formatString(value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value);
  return Buffer.concat([formatUint32(bytes.length), bytes]);
}

/** A positive mpint without its sign byte, left-padded with zeros to `size`; null where it is longer or negative. */
export function unsignedOf(mpint: Uint8Array, size: number): Buffer | null {
  let bytes = Buffer.from(mpint);
  if (bytes.length > 0 && (bytes[0] ?? 0) >= 0x80) return null;
  while (bytes.length > 0 && bytes[0] === 0) bytes = bytes.subarray(1);
  return bytes.length > size ? null : Buffer.concat([Buffer.alloc(size - bytes.length), bytes]);
}
