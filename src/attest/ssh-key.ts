// SSH public keys: the blob inside `ssh-ed25519 AAAA… comment`, as a key that node:crypto verifies with.
import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { keepAnswers } from '../model/keep-answers.ts';
import { readAll, unsignedOf, type SshReader } from './ssh-wire.ts';

const RSA_BYTES_MIN = 256; // 2048 bits: shorter keys were factored or soon will be
const RSA_BYTES_MAX = 2048;

export interface SshKey {
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, `sk-ssh-ed25519@openssh.com` … */
  readonly type: string;
  readonly key: KeyObject;
  readonly family: 'ed25519' | 'ecdsa' | 'rsa';
  /** ECDSA only: hash name and bytes of one coordinate. */
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  readonly coordinateBytes: number;
  /** FIDO keys: what the signature's prefix hashes; null for all others. */
  readonly application: string | null;
}

interface Curve {
  readonly name: string;
  readonly crv: string;
  readonly bytes: number;
  readonly hash: SshKey['hash'];
}

const CURVES: Readonly<Record<string, Curve>> = {
  nistp256: { name: 'nistp256', crv: 'P-256', bytes: 32, hash: 'sha256' },
  nistp384: { name: 'nistp384', crv: 'P-384', bytes: 48, hash: 'sha384' },
  nistp521: { name: 'nistp521', crv: 'P-521', bytes: 66, hash: 'sha512' },
};

type KeyBody = (type: string, reader: SshReader) => SshKey | null;

/** The fields after the type's name, by type. Certificates (ssh-cert.ts) hold the same fields. */
const BODIES: Readonly<Record<string, KeyBody>> = {
  'ssh-ed25519': ed25519Body,
  'ecdsa-sha2-nistp256': ecdsaBody,
  'ecdsa-sha2-nistp384': ecdsaBody,
  'ecdsa-sha2-nistp521': ecdsaBody,
  'ssh-rsa': rsaBody,
  'sk-ssh-ed25519@openssh.com': (type, reader) =>
    withApplication(ed25519Body(type, reader), reader),
  'sk-ecdsa-sha2-nistp256@openssh.com': (type, reader) =>
    withApplication(ecdsaBody(type, reader), reader),
};

export const isKeyType = (type: string): boolean => Object.hasOwn(BODIES, type);

/** @returns null for an unknown type, a weak RSA key, a point off its curve, or broken bytes. */
export const parseKeyBlob = (blob: Uint8Array): SshKey | null =>
  parseKept(Buffer.from(blob.buffer, blob.byteOffset, blob.length).toString('base64'));

/** Notes of a range are of few signers. */
const parseKept = keepAnswers(64, (base64) =>
  readAll(Buffer.from(base64, 'base64'), (reader) => readKeyBody(reader.text(), reader)),
);

/** Reads what follows the type's name. */
export const readKeyBody = (type: string, reader: SshReader): SshKey | null =>
  Object.hasOwn(BODIES, type) ? (BODIES[type]?.(type, reader) ?? null) : null;

/** One line of a public key file. @returns type and blob, null where it is none. */
export function parseKeyLine(line: string): { type: string; blob: Buffer; comment: string } | null {
  const match = /^\s*(\S+)\s+([A-Za-z0-9+/]+={0,2})(?:\s+(.*?))?\s*$/.exec(line);
  const [, type = '', base64 = '', comment = ''] = match ?? [];
  if (match === null) return null;
  const blob = Buffer.from(base64, 'base64');
  const named = readAll(blob, (reader) => ({
    name: reader.text(),
    rest: reader.take(reader.left()),
  }));
  return named?.name === type ? { type, blob, comment } : null;
}

/** `ssh-ed25519 AAAA…` without a comment. */
export function formatKeyLine(blob: Uint8Array): string {
  const named = readAll(blob, (reader) => ({
    name: reader.text(),
    rest: reader.take(reader.left()),
  }));
  return `${named?.name ?? 'unknown'} ${Buffer.from(blob).toString('base64')}`;
}

/**
 * `SHA256:…` as ssh-keygen -l prints it. A blob only names an OpenPGP key (`openpgp:` and the 40 digits) and an identity
 * (`sigstore:`, issuer, comma, subject).
 */
export const fingerprintOf = (blob: Uint8Array): string =>
  readAll(blob, readName) ??
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;

function readName(reader: SshReader): string | null {
  switch (reader.text()) {
    case 'openpgp':
      return `openpgp:${reader.string().toString('hex').toUpperCase()}`;
    case 'sigstore':
      return `sigstore:${reader.text()},${reader.text()}`;
    default:
      return null;
  }
}

/** The same of a public key's line. */
export const fingerprintOfLine = (line: string): string =>
  fingerprintOf(parseKeyLine(line)?.blob ?? Buffer.alloc(0));

function ed25519Body(type: string, reader: SshReader): SshKey | null {
  const raw = reader.string();
  if (raw.length !== 32) return null;
  const key = importKey({ kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') });
  if (key === null) return null;
  return { type, key, family: 'ed25519', hash: 'sha512', coordinateBytes: 32, application: null };
}

function ecdsaBody(type: string, reader: SshReader): SshKey | null {
  const curve = CURVES[reader.text()];
  const point = reader.string();
  if (curve === undefined || !type.includes(curve.name)) return null;
  if (point.length !== 1 + 2 * curve.bytes || point[0] !== 4) return null; // uncompressed points only, as OpenSSH
  const key = importKey({
    kty: 'EC',
    crv: curve.crv,
    x: point.subarray(1, 1 + curve.bytes).toString('base64url'),
    y: point.subarray(1 + curve.bytes).toString('base64url'),
  });
  if (key === null) return null;
  const { hash, bytes } = curve;
  return { type, key, family: 'ecdsa', hash, coordinateBytes: bytes, application: null };
}

function rsaBody(type: string, reader: SshReader): SshKey | null {
  const exponent = reader.string();
  const modulus = reader.string();
  const bits = unsignedOf(modulus, modulus.length);
  const bytes = bits === null ? 0 : bits.length - bits.findIndex((byte) => byte !== 0);
  if (bytes < RSA_BYTES_MIN || bytes > RSA_BYTES_MAX) return null;
  const key = importKey({
    kty: 'RSA',
    n: modulus.subarray(modulus.length - bytes).toString('base64url'),
    e: exponent.toString('base64url'),
  });
  if (key === null) return null;
  return { type, key, family: 'rsa', hash: 'sha512', coordinateBytes: 0, application: null };
}

function withApplication(key: SshKey | null, reader: SshReader): SshKey | null {
  const application = reader.text();
  return key === null ? null : { ...key, application };
}

function importKey(jwk: JsonWebKey): KeyObject | null {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return null; // a point off its curve or an exponent that OpenSSL refuses: no key
  }
}
