// Git tree objects: `<mode> SP <name> NUL <binary id>`, sorted as if folders ended in a slash.

export interface TreeEntry {
  /** Octal as git writes it: `100644`, `40000` … */
  readonly mode: string;
  /** As bytes in latin1, so that any name survives. */
  readonly name: string;
  readonly oid: string;
  readonly kind: 'blob' | 'tree' | 'commit';
}

/** @param idLength hex digits of an id: 40 or 64. A tree that ends too early gives the entries before the tear. */
export function parseTree(bytes: Buffer, idLength: number): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  const idBytes = idLength / 2;
  let at = 0;
  while (at < bytes.length) {
    const blank = bytes.indexOf(0x20, at);
    const end = bytes.indexOf(0, blank);
    if (blank < 0 || end < 0 || end + idBytes >= bytes.length + 1) break;
    const mode = bytes.toString('latin1', at, blank);
    entries.push({
      mode,
      name: bytes.toString('latin1', blank + 1, end),
      oid: bytes.toString('hex', end + 1, end + 1 + idBytes),
      kind: kindOf(mode),
    });
    at = end + 1 + idBytes;
  }
  return entries;
}

function kindOf(mode: string): TreeEntry['kind'] {
  if (mode === '40000') return 'tree';
  return mode === '160000' ? 'commit' : 'blob';
}

export function formatTree(entries: readonly TreeEntry[]): Buffer {
  const keyed = entries.map((entry) => ({
    entry,
    key: entry.kind === 'tree' ? `${entry.name}/` : entry.name,
  }));
  const sorted = keyed.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return Buffer.concat(
    sorted.flatMap(({ entry }) => [
      Buffer.from(`${entry.mode} ${entry.name}\0`, 'latin1'),
      Buffer.from(entry.oid, 'hex'),
    ]),
  );
}
