// Readable stretches of binary content, as strings(1) shows them: what was compiled or packed in can be read out again.

export interface BinaryString {
  /** 1-based; as if the content were lines. */
  readonly firstLine: number;
  /** 1-based, in bytes. */
  readonly firstColumn: number;
  /** 0-based, in bytes. */
  readonly start: number;
  /** Printable ASCII, line ends and tabs. */
  readonly text: string;
}

/** Shorter stretches hold no token. */
const LENGTH_MIN = 20;
const LINE_END = 10;
/** By byte: 1 where people can read it. */
const READABLE = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number((byte >= 32 && byte <= 126) || byte === 9 || byte === LINE_END || byte === 13),
);

/** In the order in which they stand. */
export function findStrings(bytes: Uint8Array): readonly BinaryString[] {
  const found: BinaryString[] = [];
  let [line, lineStart, start] = [1, 0, 0];
  let place = { firstLine: 1, firstColumn: 1 };
  for (let at = 0; at <= bytes.length; at += 1) {
    const byte = bytes[at] ?? 0; // what ends the content ends a stretch
    if (READABLE[byte] !== 1) {
      if (at - start >= LENGTH_MIN) found.push({ ...place, start, text: textOf(bytes, start, at) });
      start = at + 1;
      place = { firstLine: line, firstColumn: start - lineStart + 1 };
    } else if (byte === LINE_END) {
      line += 1;
      lineStart = at + 1;
    }
  }
  return found;
}

const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
