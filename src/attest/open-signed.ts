// One line of a note down to its statement: envelope, signature, statement, in this order. Nothing of the payload is used
// before its signature holds. Whose signature it is, trust.ts judges.
import type { JsonObject } from '../model/json.ts';
import { settle, type Checking } from '../model/signature-claim.ts';
import { PAYLOAD_TYPE, SIGNATURE_NAMESPACE, type Statement } from '../model/statement.ts';
import { openEnvelope, type OpenedEnvelope } from './envelope.ts';
import { formatPae } from './pae.ts';
import type { KeylessProof } from './sigstore.ts';
import { openSignature } from './signature.ts';
import { parseStatement } from './statement.ts';

export type OpenedLine =
  | {
      readonly kind: 'signed';
      readonly statement: Statement;
      /** Its predicate as it was signed. */
      readonly signed: JsonObject;
      readonly publicKey: Buffer;
      /** By a FIDO key that was touched. */
      readonly isTouched: boolean;
      readonly proof: KeylessProof | null;
    }
  | { readonly kind: 'foreign' } // of another payload or predicate type: not about authorship
  | {
      readonly kind: 'malformed' | 'bad-signature';
      readonly why: string;
      readonly key: Buffer | null;
    };

/** @param line without LF. Never throws. */
export const openSigned = (line: string): OpenedLine => settle(openingSigned(line));

export function* openingSigned(line: string): Checking<OpenedLine> {
  const envelope = openEnvelope(line);
  if (envelope === null) return { kind: 'malformed', why: 'no DSSE envelope', key: null };
  if (envelope.payloadType !== PAYLOAD_TYPE) return { kind: 'foreign' };
  const checked = yield* checkSignatures(envelope);
  if (checked.kind === 'bad') return { kind: 'bad-signature', why: checked.why, key: null };
  const reading = parseStatement(envelope.payload);
  switch (reading.kind) {
    case 'foreign':
      return { kind: 'foreign' };
    case 'malformed':
      return { kind: 'malformed', why: reading.why, key: checked.publicKey };
    case 'statement':
      return {
        kind: 'signed',
        statement: reading.statement,
        signed: reading.signed,
        publicKey: checked.publicKey,
        isTouched: checked.isTouched,
        proof: checked.proof,
      };
  }
}

export type OpenedPayload =
  | {
      readonly kind: 'signed';
      readonly payloadType: string;
      readonly payload: Buffer;
      readonly publicKey: Buffer;
      /** By a FIDO key that was touched. */
      readonly isTouched: boolean;
      readonly proof: KeylessProof | null;
    }
  | { readonly kind: 'unsigned' }; // no envelope, or no signature over it holds

/** A payload of any type whose signature holds. @param line without LF. Never throws. */
export function openPayload(line: string): OpenedPayload {
  const envelope = openEnvelope(line);
  if (envelope === null) return { kind: 'unsigned' };
  const checked = settle(checkSignatures(envelope));
  if (checked.kind === 'bad') return { kind: 'unsigned' };
  const { payloadType, payload } = envelope;
  const { publicKey, isTouched, proof } = checked;
  return { kind: 'signed', payloadType, payload, publicKey, isTouched, proof };
}

type SignaturesCheck =
  | {
      readonly kind: 'good';
      readonly publicKey: Buffer;
      readonly isTouched: boolean;
      readonly proof: KeylessProof | null;
    }
  | { readonly kind: 'bad'; readonly why: string };

/** The first signature that holds decides; DSSE lets others stand beside it. */
function* checkSignatures({
  payloadType,
  payload,
  signatures,
}: OpenedEnvelope): Checking<SignaturesCheck> {
  const pae = formatPae(payloadType, payload);
  let why = 'no signature of SSH, OpenPGP or Sigstore';
  for (const blob of signatures) {
    const parsed = openSignature(blob);
    if (parsed === null) continue;
    const check = yield* parsed.checking(pae, SIGNATURE_NAMESPACE);
    if (check.kind === 'good') {
      const isTouched = check.isTouched === true;
      return { kind: 'good', publicKey: parsed.publicKey, isTouched, proof: check.proof ?? null };
    }
    ({ why } = check);
  }
  return { kind: 'bad', why };
}
