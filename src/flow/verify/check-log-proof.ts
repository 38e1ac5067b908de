// Is the record of this commit in the log that the statement names? Offline: the proof, the key and the leaf are all in
// the note.
import { openCheckpoint, checkProof } from '../../log/check-proof.ts';
import { parseProof } from '../../log/checkpoint.ts';
import { isConsistent } from '../../log/verify.ts';
import type { JsonObject } from '../../model/json.ts';
import type { LogGrowth, Predicate } from '../../model/statement.ts';
import { commitLeaf } from '../attest/commit-leaf.ts';

const HASH_BYTES = 32;

/** @param signed the predicate as it was signed. @returns why not, null where the proofs hold. */
export function checkLog(commit: string, said: Predicate, signed: JsonObject): string | null {
  const { log } = said;
  if (log === null) return 'the statement names no log';
  const leaf = findLeaf(commit, said, signed);
  if (leaf === null) return 'the statement is nested too deeply';
  const checked = checkProof(log.proof, log.vkey, leaf);
  switch (checked.kind) {
    case 'included':
      if (checked.checkpoint.origin !== log.origin) return 'the proof is of another log';
      return log.since === null ? null : checkGrowth(log.since, log.proof, log.vkey);
    case 'malformed':
      return 'the log proof is malformed';
    case 'bad-signature':
      return 'the checkpoint is not signed by the log’s key';
    case 'wrong-origin':
      return 'the checkpoint is of another log';
    case 'not-included':
      return 'the log does not hold this record';
  }
}

/** @returns null where members that nobody here knows are nested beyond what can be walked. */
export function findLeaf(commit: string, said: Predicate, signed: JsonObject): Uint8Array | null {
  try {
    return commitLeaf(commit, said, signed);
  } catch (thrown) {
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
}

function checkGrowth(since: LogGrowth, proof: string, vkey: string): string | null {
  const now = openCheckpoint(parseProof(proof)?.checkpoint ?? '', vkey);
  const hashes = [since.root, ...since.path].map((text) => Buffer.from(text, 'base64'));
  const [oldRoot, ...path] = hashes;
  if (now === null || oldRoot === undefined || hashes.some((hash) => hash.length !== HASH_BYTES))
    return 'the consistency proof is malformed';
  const claim = { oldSize: since.size, newSize: now.size, oldRoot, newRoot: now.root };
  return isConsistent(claim, path) ? null : 'the log was rewritten since an earlier note';
}
