// The log's tree as it was at a size: it may have grown since.
import { nodeHash } from '../../log/hash.ts';
import type { NodeReader } from '../../log/tree.ts';
import type { Store } from '../../store/store.ts';

const PAGE = 1024;

/** Each node is computed once. @param size leaves, at most those that are there. */
export async function readTree(store: Store, size: number): Promise<NodeReader> {
  const hashes: Uint8Array[] = [];
  while (hashes.length < size) {
    const entries = await store.readLog(hashes.length, Math.min(PAGE, size - hashes.length));
    if (entries.length === 0) break;
    hashes.push(...entries.map((entry) => entry.leafHash));
  }
  const known = new Map<string, Uint8Array>();
  const read: NodeReader = (level, index) => {
    if (level === 0) return hashes[index] ?? new Uint8Array();
    const name = `${level} ${index}`;
    const hash =
      known.get(name) ?? nodeHash(read(level - 1, index * 2), read(level - 1, index * 2 + 1));
    known.set(name, hash);
    return hash;
  };
  return read;
}
