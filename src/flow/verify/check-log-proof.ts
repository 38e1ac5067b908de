// Is the record of this commit in the log that the statement names? Offline: the proof, the key and the leaf are all in
// the note.
import { checkingProof } from '../../log/check-proof.ts';
import type { Checkpoint } from '../../log/checkpoint.ts';
import { isConsistent } from '../../log/verify.ts';
import { settle, type Checking } from '../../model/signature-claim.ts';
import type { JsonObject } from '../../model/json.ts';
import type { LogGrowth, Predicate } from '../../model/statement.ts';
import { commitLeaf } from '../attest/commit-leaf.ts';

const HASH_BYTES = 32;

export type LogCheck =
  /** The log's key signed the checkpoint, and the record is in. */
  | { readonly kind: 'logged'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'unlogged'; readonly why: string };

/** @param signed the predicate as it was signed. */
export const checkLog = (commit: string, said: Predicate, signed: JsonObject): LogCheck =>
  settle(checkingLog(commit, said, signed));

/** The same, for whoever has many. */
export function* checkingLog(
  commit: string,
  said: Predicate,
  signed: JsonObject,
): Checking<LogCheck> {
  const { log } = said;
  if (log === null) return unlogged('the statement names no log');
  const leaf = findLeaf(commit, said, signed);
  if (leaf === null) return unlogged('the statement is nested too deeply');
  const checked = yield* checkingProof(log.proof, log.vkey, leaf);
  switch (checked.kind) {
    case 'included':
      return checked.checkpoint.origin === log.origin
        ? checkGrowth(log.since, checked.checkpoint)
        : unlogged('the proof is of another log');
    case 'malformed':
      return unlogged('the log proof is malformed');
    case 'bad-signature':
      return unlogged('the checkpoint is not signed by the log’s key');
    case 'wrong-origin':
      return unlogged('the checkpoint is of another log');
    case 'not-included':
      return unlogged('the log does not hold this record');
  }
}

const unlogged = (why: string): LogCheck => ({ kind: 'unlogged', why });

/** @returns null where members that nobody here knows are nested beyond what can be walked. */
export function findLeaf(commit: string, said: Predicate, signed: JsonObject): Uint8Array | null {
  try {
    return commitLeaf(commit, said, signed);
  } catch (thrown) {
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
}

function checkGrowth(since: LogGrowth | null, now: Checkpoint): LogCheck {
  if (since === null) return { kind: 'logged', checkpoint: now };
  const hashes = [since.root, ...since.path].map((text) => Buffer.from(text, 'base64'));
  const [oldRoot, ...path] = hashes;
  if (oldRoot === undefined || hashes.some((hash) => hash.length !== HASH_BYTES))
    return unlogged('the consistency proof is malformed');
  const claim = { oldSize: since.size, newSize: now.size, oldRoot, newRoot: now.root };
  return isConsistent(claim, path)
    ? { kind: 'logged', checkpoint: now }
    : unlogged('the log was rewritten since an earlier note');
}
