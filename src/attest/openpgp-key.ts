// OpenPGP keys of version 4 as keys that node:crypto verifies with: RSA, ECDSA on the NIST curves, Ed25519.
import type { SignatureClaim } from '../model/signature-claim.ts';
import { parseKeyBlob, type SshKey } from './ssh-key.ts';
import { formatString, readAll, type SshReader } from './ssh-wire.ts';

const VERSION = 4;
const RSA = 1;
const ECDSA = 19;
const EDDSA = 22;

export interface OpenpgpKey {
  readonly algorithm: number;
  readonly key: SshKey;
}

/** By object identifier, hex. */
const CURVES: Readonly<Record<string, string>> = {
  '2a8648ce3d030107': 'nistp256',
  '2b81040022': 'nistp384',
  '2b81040023': 'nistp521',
};
const ED25519 = '2b06010401da470f01';

const HASHES: Readonly<Record<number, string>> = { 8: 'sha256', 9: 'sha384', 10: 'sha512' };

/** @returns null for a hash that is broken or not known. */
export const hashNameOf = (id: number): string | null => HASHES[id] ?? null;

/** @param body of the key's packet. @returns null for an unknown kind, a weak key, or broken bytes. */
export const readOpenpgpKey = (body: Uint8Array): OpenpgpKey | null =>
  readAll(body, (reader) => {
    if (reader.byte() !== VERSION) return null;
    reader.uint32(); // when it was made
    const algorithm = reader.byte();
    const blob = MATERIALS[algorithm]?.(reader) ?? null;
    const key = blob === null ? null : parseKeyBlob(blob);
    return key === null ? null : { algorithm, key };
  });

/** By algorithm: the same key as SSH writes it, for the checks that are made there. */
const MATERIALS: Readonly<Record<number, (reader: SshReader) => Buffer | null>> = {
  [RSA]: (reader) => {
    const [modulus, exponent] = [readNumber(reader), readNumber(reader)];
    if (modulus === null || exponent === null) return null;
    return join('ssh-rsa', exponent, Buffer.concat([Buffer.from([0]), modulus]));
  },
  [ECDSA]: (reader) => {
    const curve = CURVES[readIdentifier(reader)];
    const point = readNumber(reader);
    if (curve === undefined || point === null) return null;
    return join(`ecdsa-sha2-${curve}`, curve, point);
  },
  [EDDSA]: (reader) => {
    const isEd25519 = readIdentifier(reader) === ED25519;
    const point = readNumber(reader);
    return isEd25519 && point?.[0] === 0x40 ? join('ssh-ed25519', point.subarray(1)) : null;
  },
};

const readIdentifier = (reader: SshReader): string => reader.take(reader.byte()).toString('hex');

const join = (...parts: readonly (string | Uint8Array)[]): Buffer =>
  Buffer.concat(parts.map(formatString));

/** A number after its length in bits. @returns null where it is written with another length than its own. */
function readNumber(reader: SshReader): Buffer | null {
  const bits = reader.take(2).readUInt16BE(0);
  const bytes = reader.take(Math.ceil(bits / 8));
  const own = bytes.length * 8 - (Math.clz32(bytes[0] ?? 0) - 24);
  return bits > 0 && own === bits ? bytes : null;
}

export interface Signed {
  readonly hash: string;
  readonly data: Uint8Array;
  readonly digest: Uint8Array;
}

/**
 * @param numbers of the signature: one for RSA, two for the others.
 * @returns what OpenSSL is to be asked; null where the numbers do not fit the key.
 */
export function claimOf(
  { key }: OpenpgpKey,
  numbers: Uint8Array,
  signed: Signed,
): SignatureClaim | null {
  const isRsa = key.family === 'rsa';
  const bytes = isRsa ? modulusBytes(key) : key.coordinateBytes;
  const value = readAll(numbers, (reader) => {
    const parts = Array.from({ length: isRsa ? 1 : 2 }, () => readNumber(reader));
    const padded = parts.flatMap((part) =>
      part === null || part.length > bytes ? [] : [Buffer.alloc(bytes - part.length), part],
    );
    return padded.length === 2 * parts.length ? Buffer.concat(padded) : null;
  });
  if (value === null) return null;
  const { hash, data, digest } = signed;
  return key.family === 'ed25519'
    ? { hash: null, data: digest, key: key.key, signature: value } // RFC 9580, 5.2.3.3: over the digest
    : { hash, data, key: key.key, signature: value };
}

const modulusBytes = ({ key }: SshKey): number =>
  Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
