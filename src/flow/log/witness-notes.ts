// What a witness cosigned goes to the notes whose records it covers: from then on anybody can see that they were there at
// that time, whatever becomes of their key.
import { openSigned } from '../../attest/open-signed.ts';
import { joinEnvelope } from '../../attest/sign-statement.ts';
import { openWitnessed, signWitnessed, type WitnessProof } from '../../attest/witness-envelope.ts';
import { linesOf, listNoted, readNotesAt } from '../../git/notes.ts';
import { writeNotes, type NoteDraft } from '../../git/notes-write.ts';
import { openObjects } from '../../git/objects.ts';
import { findRepository } from '../../git/open-repository.ts';
import { openCheckpoint } from '../../log/check-proof.ts';
import { formatProof, parseProof } from '../../log/checkpoint.ts';
import { openCosignature, type WitnessKey } from '../../log/cosignature.ts';
import { proveInclusion } from '../../log/tree.ts';
import type { Caller } from '../../model/caller.ts';
import { NOTES_REF } from '../../model/statement.ts';
import type { Store } from '../../store/store.ts';
import { readTree } from './read-tree.ts';
import { openSigner } from '../attest/open-signer.ts';
import { loadPolicy } from '../policy/load-policy.ts';

interface Cosigned {
  readonly vkey: string;
  /** The checkpoint with the witness's line under it. */
  readonly note: string;
  readonly witness: WitnessKey;
}

/**
 * @returns how many notes got a proof; 0 outside a repository. @throws Fault NO_SIGNER, SIGNER_LOCKED, NOTES_RACE.
 */
export async function keepWitnessed(
  caller: Caller,
  store: Store,
  cosigned: Cosigned,
): Promise<number> {
  const repository = await findRepository(caller);
  const checkpoint = openCheckpoint(cosigned.note, cosigned.vkey);
  if (repository === null || checkpoint === null) return 0;
  const objects = openObjects(caller);
  try {
    const commits = await listNoted(repository);
    const notes = await readNotesAt(objects, NOTES_REF, commits);
    const wanted = [...notes].flatMap(([commit, text]) => {
      const found = findUnwitnessed(commit, linesOf(text), cosigned);
      return found === null || found.logIndex >= checkpoint.size ? [] : [{ commit, ...found }];
    });
    if (wanted.length === 0) return 0;
    const signer = await openSigner(caller, await loadPolicy(caller, repository));
    const tree = await readTree(store, checkpoint.size);
    const drafts: NoteDraft[] = [];
    for (const { commit, logIndex, proofs } of wanted) {
      const path = proveInclusion(tree, logIndex, checkpoint.size);
      const proof = formatProof({ index: logIndex, path, checkpoint: cosigned.note });
      const all = [...proofs, { vkey: cosigned.vkey, proof }];
      const line = await signWitnessed({ commit, proofs: all }, signer);
      drafts.push({ commit, text: `${line}\n`, join: joinEnvelope });
    }
    await writeNotes(repository, drafts, { objects, message: 'Witnessed' });
    return drafts.length;
  } finally {
    objects.close();
  }
}

interface Unwitnessed {
  readonly logIndex: number;
  /** Of other witnesses. */
  readonly proofs: readonly WitnessProof[];
}

/** @returns null where the note is of another log, or has this witness's word already. */
function findUnwitnessed(
  commit: string,
  lines: readonly string[],
  { vkey, witness }: Cosigned,
): Unwitnessed | null {
  const indexes = lines.flatMap((line) => {
    const opened = openSigned(line);
    const log = opened.kind === 'signed' ? opened.statement.predicate.log : null;
    return log?.vkey === vkey ? [parseProof(log.proof)?.index ?? []].flat() : [];
  });
  const logIndex = indexes.at(-1);
  const proofs = lines.flatMap((line) => {
    const witnessed = openWitnessed(line);
    return witnessed?.commit === commit ? witnessed.proofs : [];
  });
  const isWitnessed = proofs.some((each) => {
    const proof = parseProof(each.proof);
    return (
      proof !== null &&
      proof.index === logIndex &&
      openCosignature(proof.checkpoint, witness) !== null
    );
  });
  return logIndex === undefined || isWitnessed ? null : { logIndex, proofs };
}
