// One key after another, said by both: an envelope with two signatures, kept as a comment of the list of signers above
// the new key's line, so that ssh-keygen reads the list as ever and a reviewer sees one change.
import { isFault } from '../model/fault.ts';
import { parseJson } from '../model/json.ts';
import type { Signer } from '../model/signing.ts';
import { SIGNATURE_NAMESPACE } from '../model/statement.ts';
import { formatEnvelope, openEnvelope } from './envelope.ts';
import { formatPae } from './pae.ts';
import { objectOf, textOf, timeOf } from './read-fields.ts';
import { fingerprintOf, parseKeyLine } from './ssh-key.ts';
import { openSignature } from './signature.ts';

const ROTATION_TYPE = 'application/vnd.aitrail.key-rotation+json';
const COMMENT = '# rotation: ';
const LINE_CHARS_MAX = 65_536;
const ROTATIONS_MAX = 1000;
const KEY_CHARS_MAX = 16_384;

export interface Rotation {
  /** Key blobs. */
  readonly from: Buffer;
  readonly to: Buffer;
  /** RFC 3339, by the clock of whoever rotated. */
  readonly at: string;
}

/** @returns the comment's line without LF. @throws what the signers throw. */
export async function signRotation(from: Signer, to: Signer, at: string): Promise<string> {
  const payload = Buffer.from(JSON.stringify({ from: from.publicKey, to: to.publicKey, at }));
  const pae = formatPae(ROTATION_TYPE, payload);
  const signatures: { keyid: string; sig: string }[] = [];
  for (const signer of [from, to]) {
    const blob = parseKeyLine(signer.publicKey)?.blob ?? Buffer.alloc(0);
    const sig = Buffer.from(await signer.sign(pae)).toString('base64');
    signatures.push({ keyid: fingerprintOf(blob), sig });
  }
  const envelope = { payload: payload.toString('base64'), payloadType: ROTATION_TYPE, signatures };
  return `${COMMENT}${formatEnvelope(envelope)}`;
}

/** @param text of a list of signers. @returns what both keys signed; all else is a comment like others. Never throws. */
export const parseRotations = (text: string): readonly Rotation[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith(COMMENT) && line.length <= LINE_CHARS_MAX)
    .slice(0, ROTATIONS_MAX)
    .map((line) => openRotation(line.slice(COMMENT.length).trim()))
    .filter((rotation) => rotation !== null);

function openRotation(text: string): Rotation | null {
  const envelope = openEnvelope(text);
  if (envelope === null || envelope.payloadType !== ROTATION_TYPE) return null;
  const pae = formatPae(envelope.payloadType, envelope.payload);
  const good = envelope.signatures.flatMap((blob) => {
    const parsed = openSignature(blob);
    const check = parsed?.check(pae, SIGNATURE_NAMESPACE);
    // an identity that is still to be proven has no key that another could take the place of
    return parsed !== null && check?.kind === 'good' && check.proof === undefined
      ? [parsed.publicKey]
      : [];
  });
  const rotation = readRotation(envelope.payload);
  if (rotation === null) return null;
  const isSignedBy = (key: Buffer): boolean => good.some((each) => each.equals(key));
  return isSignedBy(rotation.from) && isSignedBy(rotation.to) ? rotation : null;
}

function readRotation(payload: Buffer): Rotation | null {
  try {
    const value = objectOf(parseJson(payload.toString('utf8')), 'the rotation');
    const from = parseKeyLine(textOf(value, 'from', KEY_CHARS_MAX))?.blob;
    const to = parseKeyLine(textOf(value, 'to', KEY_CHARS_MAX))?.blob;
    const at = timeOf(value, 'at');
    return from === undefined || to === undefined ? null : { from, to, at };
  } catch (thrown) {
    if (isFault(thrown)) return null; // whoever wrote it can write it again
    throw thrown;
  }
}
