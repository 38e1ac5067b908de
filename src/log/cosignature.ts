// c2sp.org/tlog-cosignature v1: a witness says that at this time it knew of no larger tree of this log, and that every one
// it knew before is the beginning of it.
import { createHash, sign, verify } from 'node:crypto';
import { noteKey, type NoteSigner, parseNote, privateKeyOf, publicKeyOf } from './note.ts';

export interface WitnessKey {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

const TYPE = Uint8Array.of(4);
const TIME_BYTES = 8;
const SIGNATURE_BYTES = 72;

export const witnessKey = (signer: NoteSigner): WitnessKey =>
  keyOf(signer.name, noteKey(signer).publicKey);

function keyOf(name: string, publicKey: Uint8Array): WitnessKey {
  const hash = createHash('sha256').update(`${name}\n`).update(TYPE).update(publicKey).digest();
  return { name, keyId: hash.subarray(0, 4), publicKey };
}

/** @returns `name+hash+key`, one line without LF. */
export const formatWitnessKey = (key: WitnessKey): string =>
  `${key.name}+${Buffer.from(key.keyId).toString('hex')}+${Buffer.concat([TYPE, key.publicKey]).toString('base64')}`;

/** @returns null for anything but a well-formed key of a witness whose id is right. */
export function parseWitnessKey(text: string): WitnessKey | null {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text);
  const [, name = '', id = '', body = ''] = match ?? [];
  const bytes = Buffer.from(body, 'base64');
  if (bytes.length !== 33 || bytes[0] !== TYPE[0]) return null;
  const key = keyOf(name, bytes.subarray(1));
  return Buffer.from(key.keyId).toString('hex') === id ? key : null;
}

/** @param text of the checkpoint, ended by LF. @returns one signature line, ended by LF. */
export function cosign(text: string, signer: NoteSigner, atSeconds: number): string {
  const time = Buffer.alloc(TIME_BYTES);
  time.writeBigUInt64BE(BigInt(atSeconds));
  const signature = sign(null, messageOf(text, atSeconds), privateKeyOf(signer.seed));
  const { keyId } = witnessKey(signer);
  return `— ${signer.name} ${Buffer.concat([keyId, time, signature]).toString('base64')}\n`;
}

const messageOf = (text: string, atSeconds: number): Buffer =>
  Buffer.from(`cosignature/v1\ntime ${atSeconds}\n${text}`, 'utf8');

/** When this witness cosigned the note, in seconds; null where it did not, or its signature is wrong. */
export function openCosignature(note: string, key: WitnessKey): number | null {
  const parsed = parseNote(note);
  const own = parsed?.signatures.filter(
    (line) => line.name === key.name && Buffer.from(line.keyId).equals(key.keyId),
  );
  const [line, ...repeated] = own ?? [];
  if (parsed === null || line === undefined || repeated.length > 0) return null;
  const bytes = Buffer.from(line.signature);
  if (bytes.length !== SIGNATURE_BYTES) return null;
  const atSeconds = Number(bytes.readBigUInt64BE(0));
  if (!Number.isSafeInteger(atSeconds)) return null;
  const isGenuine = verify(
    null,
    messageOf(parsed.text, atSeconds),
    publicKeyOf(key.publicKey),
    bytes.subarray(TIME_BYTES),
  );
  return isGenuine ? atSeconds : null;
}
