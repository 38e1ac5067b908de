// One step from a proof in somebody's hand to an answer: is this leaf in the log that this key signs for?
import { parseCheckpoint, parseProof, type Checkpoint } from './checkpoint.ts';
import { settle, type Checking } from '../model/signature-claim.ts';
import { leafHash } from './hash.ts';
import { openingNote, openNote, parseVkey } from './note.ts';
import { isIncluded } from './verify.ts';

type CheckedProof =
  | { readonly kind: 'included'; readonly index: number; readonly checkpoint: Checkpoint }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'bad-signature' }
  | { readonly kind: 'wrong-origin' }
  | { readonly kind: 'not-included' };

/** @param leaf data of the leaf, as `formatLeaf` gave it. Never throws. */
export const checkProof = (proofText: string, vkey: string, leaf: Uint8Array): CheckedProof =>
  settle(checkingProof(proofText, vkey, leaf));

/** The same, for whoever has many. */
export function* checkingProof(
  proofText: string,
  vkey: string,
  leaf: Uint8Array,
): Checking<CheckedProof> {
  const proof = parseProof(proofText);
  const key = parseVkey(vkey);
  if (proof === null || key === null) return { kind: 'malformed' };
  const opened = yield* openingNote(proof.checkpoint, key);
  if (opened.kind === 'malformed') return { kind: 'malformed' };
  if (opened.kind !== 'signed') return { kind: 'bad-signature' };
  const checkpoint = parseCheckpoint(opened.note.text);
  if (checkpoint === null) return { kind: 'malformed' };
  if (checkpoint.origin !== key.name) return { kind: 'wrong-origin' };
  const claim = { index: proof.index, size: checkpoint.size, root: checkpoint.root };
  const isIn = isIncluded({ ...claim, leafHash: leafHash(leaf) }, proof.path);
  return isIn ? { kind: 'included', index: proof.index, checkpoint } : { kind: 'not-included' };
}

/** The checkpoint inside a signed note, if `vkey` signed it. */
export function openCheckpoint(note: string, vkey: string): Checkpoint | null {
  const key = parseVkey(vkey);
  const opened = key === null ? null : openNote(note, key);
  const checkpoint = opened?.kind === 'signed' ? parseCheckpoint(opened.note.text) : null;
  const isOwn = checkpoint !== null && checkpoint.origin === key?.name;
  return isOwn ? checkpoint : null;
}
