// A transparency log in memory: every leaf gets a checkpoint of its own, as one commit after the other does.
import { formatCheckpoint, formatProof } from '../../src/log/checkpoint.ts';
import { leafHash, nodeHash } from '../../src/log/hash.ts';
import { formatVkey, noteKey, signNote } from '../../src/log/note.ts';
import { proveConsistency, proveInclusion, treeRoot } from '../../src/log/tree.ts';
import type { Predicate } from '../../src/model/statement.ts';

const SIGNER = { name: 'bench.example/log', seed: Buffer.alloc(32, 7) } as const;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export interface GrowingLog {
  /** @returns the log part of the statement, with what proves that the log only grew since the leaf before. */
  readonly add: (leaf: Uint8Array) => NonNullable<Predicate['log']>;
}

export function openGrowingLog(): GrowingLog {
  /** Hashes of complete subtrees, by level. */
  const levels: Uint8Array[][] = [[]];
  const read = (level: number, index: number): Uint8Array =>
    levels[level]?.[index] ?? Buffer.alloc(0);
  const vkey = formatVkey(noteKey(SIGNER));
  const add = (leaf: Uint8Array): NonNullable<Predicate['log']> => {
    const index = levels[0]?.length ?? 0;
    push(levels, leafHash(leaf));
    const root = treeRoot(read, index + 1);
    const checkpoint = signNote(
      formatCheckpoint({ origin: SIGNER.name, size: index + 1, root }),
      SIGNER,
    );
    const path = proveInclusion(read, index, index + 1);
    const proof = formatProof({ index, path, checkpoint });
    const since = {
      size: index,
      root: base64(treeRoot(read, index)),
      path: proveConsistency(read, index, index + 1).map(base64),
    };
    return { origin: SIGNER.name, vkey, proof, since: index === 0 ? null : since };
  };
  return { add };
}

function push(levels: Uint8Array[][], hash: Uint8Array, level = 0): void {
  const nodes = (levels[level] ??= []);
  nodes.push(hash);
  const [left, right] = nodes.slice(-2);
  if (nodes.length % 2 === 0 && left !== undefined && right !== undefined)
    push(levels, nodeHash(left, right), level + 1);
}
