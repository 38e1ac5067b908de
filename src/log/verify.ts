// Checks proofs without the log (RFC 9162 sections 2.1.3.2 and 2.1.4.2). Never throws: a proof holds or it does not.
import { isSameHash, nodeHash } from './hash.ts';

interface Inclusion {
  /** 0-based. */
  readonly index: number;
  readonly size: number;
  readonly leafHash: Uint8Array;
  readonly root: Uint8Array;
}

interface Consistency {
  readonly oldSize: number;
  readonly newSize: number;
  readonly oldRoot: Uint8Array;
  readonly newRoot: Uint8Array;
}

const isOdd = (n: number): boolean => n % 2 === 1;
const half = (n: number): number => Math.floor(n / 2);
const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;

/** Does `path` lead from the leaf to the root? */
export function isIncluded(claim: Inclusion, path: readonly Uint8Array[]): boolean {
  if (!isCount(claim.index) || !isCount(claim.size) || claim.index >= claim.size) return false;
  let at: Spot = { node: claim.index, last: claim.size - 1 };
  let hash = claim.leafHash;
  for (const step of path) {
    if (at.last === 0) return false;
    hash = isRightOf(at) ? nodeHash(step, hash) : nodeHash(hash, step);
    at = above(at);
  }
  return at.last === 0 && isSameHash(hash, claim.root);
}

/** Does the newer tree begin with exactly the leaves of the older one? */
export function isConsistent(claim: Consistency, path: readonly Uint8Array[]): boolean {
  const { oldSize, newSize, oldRoot, newRoot } = claim;
  if (!isCount(oldSize) || !isCount(newSize) || oldSize > newSize) return false;
  if (oldSize === newSize) return path.length === 0 && isSameHash(oldRoot, newRoot);
  if (oldSize === 0) return path.length === 0;
  return climbBoth(claim, path);
}

function climbBoth(claim: Consistency, proof: readonly Uint8Array[]): boolean {
  let at: Spot = { node: claim.oldSize - 1, last: claim.newSize - 1 };
  while (isOdd(at.node)) at = { node: half(at.node), last: half(at.last) };
  // an old tree of a full power of two is itself the first step
  const [first, ...steps] = at.node === 0 ? [claim.oldRoot, ...proof] : proof;
  if (first === undefined) return false;
  let oldHash = first;
  let newHash = first;
  for (const step of steps) {
    if (at.last === 0) return false;
    // what lies to the left belongs to both trees, what lies to the right only to the newer one
    if (isRightOf(at)) oldHash = nodeHash(step, oldHash);
    newHash = isRightOf(at) ? nodeHash(step, newHash) : nodeHash(newHash, step);
    at = above(at);
  }
  return at.last === 0 && isSameHash(oldHash, claim.oldRoot) && isSameHash(newHash, claim.newRoot);
}

/** A node of one level and the last node of that level. */
interface Spot {
  readonly node: number;
  readonly last: number;
}

/** Is the next step of the path a left sibling? */
const isRightOf = (at: Spot): boolean => isOdd(at.node) || at.node === at.last;

/** The spot of the next step: levels on which the rightmost node has no sibling are skipped. */
function above(at: Spot): Spot {
  let { node, last } = at;
  if (node === last) while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
  return { node: half(node), last: half(last) };
}
