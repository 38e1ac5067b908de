// When a note was there: proofs that a log whose checkpoint a witness has cosigned holds the record of its statement, as one
// more line of the note. The line's own signature decides nothing: the witness's does.
import { isFault } from '../model/fault.ts';
import { parseJson } from '../model/json.ts';
import type { Signer } from '../model/signing.ts';
import { PAYLOAD_TYPE, STATEMENT_TYPE } from '../model/statement.ts';
import { openPayload } from './open-signed.ts';
import { hexOf, listOf, objectOf, textOf } from './read-fields.ts';
import { signPayload } from './sign-statement.ts';

const WITNESS_PREDICATE_TYPE = 'https://aitrail.dev/attestation/log-witness/v0.1';
const LINE_CHARS_MAX = 1024 * 1024;
const NAME_CHARS_MAX = 512;
const PROOF_CHARS_MAX = 65_536;
const PROOFS_MAX = 64;

export interface WitnessProof {
  /** Of the log. */
  readonly vkey: string;
  /** c2sp.org/tlog-proof with a cosigned checkpoint. */
  readonly proof: string;
}

export interface Witnessed {
  /** Full id. */
  readonly commit: string;
  readonly proofs: readonly WitnessProof[];
}

/** @returns one line without LF. @throws what the signer throws. */
export function signWitnessed({ commit, proofs }: Witnessed, signer: Signer): Promise<string> {
  const statement = {
    _type: STATEMENT_TYPE,
    subject: [{ digest: { gitCommit: commit } }],
    predicateType: WITNESS_PREDICATE_TYPE,
    predicate: { proofs },
  };
  return signPayload(
    { type: PAYLOAD_TYPE, payload: Buffer.from(JSON.stringify(statement)) },
    signer,
  );
}

/** @param line without LF. @returns null where it is something else. Never throws. */
export function openWitnessed(line: string): Witnessed | null {
  if (line.length > LINE_CHARS_MAX) return null;
  const opened = openPayload(line);
  if (opened.kind !== 'signed' || opened.payloadType !== PAYLOAD_TYPE) return null;
  try {
    return readWitnessed(opened.payload);
  } catch (thrown) {
    if (isFault(thrown)) return null; // whoever wrote it can write it again
    throw thrown;
  }
}

function readWitnessed(payload: Buffer): Witnessed | null {
  const value = objectOf(parseJson(payload.toString('utf8')), 'the statement');
  if (value['_type'] !== STATEMENT_TYPE || value['predicateType'] !== WITNESS_PREDICATE_TYPE)
    return null;
  const [commit] = listOf(value, { name: 'subject', itemsMax: 1 }, (item) =>
    hexOf(objectOf(objectOf(item, 'subject')['digest'], 'digest'), 'gitCommit', [40, 64]),
  );
  if (commit === undefined) return null;
  const said = objectOf(value['predicate'], 'predicate');
  const proofs = listOf(said, { name: 'proofs', itemsMax: PROOFS_MAX }, (item) => {
    const proof = objectOf(item, 'proofs[]');
    return {
      vkey: textOf(proof, 'vkey', NAME_CHARS_MAX),
      proof: textOf(proof, 'proof', PROOF_CHARS_MAX),
    };
  });
  return { commit, proofs };
}
