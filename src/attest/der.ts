// DER (X.690), as far as certificates and their signatures need it: elements of a tag, a length and a body.

export interface Element {
  readonly tag: number;
  readonly body: Buffer;
}

/** Elements one behind the other to the very end. @returns none where they do not fit. */
export function readElements(bytes: Buffer): readonly Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const head = readHead(bytes, at);
    if (head === null || head.end > bytes.length) return [];
    found.push({ tag: bytes[at] ?? 0, body: bytes.subarray(head.start, head.end) });
    at = head.end;
  }
  return found;
}

/** Body of the only element there. @returns no bytes where there is none, or another beside it. */
export function onlyBody(bytes: Buffer): Buffer {
  const [element, ...others] = readElements(bytes);
  return element === undefined || others.length > 0 ? Buffer.alloc(0) : element.body;
}

/** Where the body of the element at `at` starts and ends; null for a length that DER does not know. */
function readHead(bytes: Buffer, at: number): { start: number; end: number } | null {
  const first = bytes[at + 1];
  if (first === undefined) return null;
  if (first < 0x80) return { start: at + 2, end: at + 2 + first };
  const count = first - 0x80;
  if (count === 0 || count > 4 || at + 2 + count > bytes.length) return null;
  const start = at + 2 + count;
  return { start, end: start + bytes.readUIntBE(at + 2, count) };
}
