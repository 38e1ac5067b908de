// Roots and proofs of a Merkle tree (RFC 6962 section 2.1) over hashes that somebody else keeps.
// Indexes are plain numbers up to 2^53 and are only multiplied and divided: `>>` would cut them at 32 bits.
import { emptyRoot, nodeHash } from './hash.ts';

/**
 * Answers the hash of the complete subtree over leaves [index * 2^level, (index + 1) * 2^level).
 *
 * Asked only for subtrees that lie wholly inside the tree.
 */
export type NodeReader = (level: number, index: number) => Uint8Array;

/** Half open: leaves from `from` to `to - 1`. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** @param size number of leaves. */
export function treeRoot(read: NodeReader, size: number): Uint8Array {
  return size === 0 ? emptyRoot() : spanHash(read, { from: 0, to: size });
}

/** @returns the audit path of leaf `index` in the tree of `size` leaves, leaf upwards. Throws RangeError. */
export function proveInclusion(
  read: NodeReader,
  index: number,
  size: number,
): readonly Uint8Array[] {
  if (index < 0 || index >= size) throw new RangeError(`leaf ${index} is outside ${size} leaves`);
  const path: Uint8Array[] = [];
  let span: Span = { from: 0, to: size };
  while (span.to - span.from > 1) {
    const middle = span.from + leftWidth(span.to - span.from);
    const left = { from: span.from, to: middle };
    const right = { from: middle, to: span.to };
    path.push(spanHash(read, index < middle ? right : left));
    span = index < middle ? left : right;
  }
  return path.toReversed();
}

/** @returns the proof that the tree of `newSize` leaves begins with that of `oldSize`. Throws RangeError. */
export function proveConsistency(
  read: NodeReader,
  oldSize: number,
  newSize: number,
): readonly Uint8Array[] {
  if (oldSize < 0 || oldSize > newSize) throw new RangeError(`${oldSize} is not before ${newSize}`);
  if (oldSize === 0 || oldSize === newSize) return [];
  const path: Uint8Array[] = [];
  let span: Span = { from: 0, to: newSize };
  // RFC 6962 2.1.2: go down to the subtree that ends where the old tree ended
  while (span.to !== oldSize) {
    const middle = span.from + leftWidth(span.to - span.from);
    const left = { from: span.from, to: middle };
    const right = { from: middle, to: span.to };
    path.push(spanHash(read, oldSize <= middle ? right : left));
    span = oldSize <= middle ? left : right;
  }
  // the old root itself is known to the verifier where the subtree starts at the first leaf
  if (span.from > 0) path.push(spanHash(read, span));
  return path.toReversed();
}

/** The largest power of two below `width`; `width` is at least 2. */
function leftWidth(width: number): number {
  let power = 1;
  while (power * 2 < width) power *= 2;
  return power;
}

function spanHash(read: NodeReader, span: Span): Uint8Array {
  const width = span.to - span.from;
  const level = Math.round(Math.log2(width));
  // every span of a full power of two that occurs here starts at a multiple of its width
  if (2 ** level === width) return read(level, span.from / width);
  const middle = span.from + leftWidth(width);
  return nodeHash(
    spanHash(read, { from: span.from, to: middle }),
    spanHash(read, { from: middle, to: span.to }),
  );
}
