// When a witness that the base trusts knew of a statement: the earliest time that a cosigned checkpoint proves.
import type { EnvelopeQuestion } from '../../attest/judge-envelope.ts';
import type { Trust } from '../../attest/trust.ts';
import { openWitnessed, type WitnessProof } from '../../attest/witness-envelope.ts';
import { checkProof } from '../../log/check-proof.ts';
import { parseProof } from '../../log/checkpoint.ts';
import { openCosignature, parseWitnessKey, type WitnessKey } from '../../log/cosignature.ts';
import { findLeaf } from './check-log-proof.ts';

const LINES_MAX = 1000;

/**
 * The log itself need not be trusted: its root holds the statement, and the witness says when it saw the root.
 *
 * @param lines of the commit's note. @returns part of the question about that note.
 */
export function askWitnesses(
  commit: string,
  lines: readonly string[],
  trust: Pick<Trust, 'witnesses'>,
): Pick<EnvelopeQuestion, 'witnessedAtMs'> {
  const witnesses = (trust.witnesses ?? []).map(parseWitnessKey).filter((key) => key !== null);
  if (witnesses.length === 0) return {};
  const witnessedAtMs: EnvelopeQuestion['witnessedAtMs'] = ({ statement, signed }) => {
    const { predicate } = statement;
    // the record of an earlier version binds neither the key nor all that was said
    if (predicate.signer.key === null) return null;
    const leaf = findLeaf(commit, predicate, signed);
    if (leaf === null) return null;
    const own = predicate.log === null ? [] : [predicate.log];
    const times = [...own, ...proofsIn(lines, commit)].flatMap((proof) =>
      timesOf(proof, leaf, witnesses),
    );
    return times.length === 0 ? null : Math.min(...times);
  };
  return { witnessedAtMs };
}

const proofsIn = (lines: readonly string[], commit: string): readonly WitnessProof[] =>
  lines.slice(0, LINES_MAX).flatMap((line) => {
    const witnessed = openWitnessed(line);
    return witnessed?.commit === commit ? witnessed.proofs : [];
  });

function timesOf(
  { proof, vkey }: WitnessProof,
  leaf: Uint8Array,
  witnesses: readonly WitnessKey[],
): readonly number[] {
  if (checkProof(proof, vkey, leaf).kind !== 'included') return [];
  const checkpoint = parseProof(proof)?.checkpoint ?? '';
  return witnesses
    .map((witness) => openCosignature(checkpoint, witness))
    .filter((seconds) => seconds !== null)
    .map((seconds) => seconds * 1000);
}
