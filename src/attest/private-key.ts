// OpenSSH private keys (PROTOCOL.key) that aitrail made itself: Ed25519, unencrypted. Encrypted ones are ssh-keygen's
// to open (src/identity).
import {
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { formatSshsig, signedData } from './sshsig.ts';
import { formatString, formatUint32, readAll, type SshReader } from './ssh-wire.ts';

const MAGIC = Buffer.from('openssh-key-v1\0', 'latin1');
const BEGIN = '-----BEGIN OPENSSH PRIVATE KEY-----';
const END = '-----END OPENSSH PRIVATE KEY-----';
const TYPE = 'ssh-ed25519';
const CIPHER_BLOCK_BYTES = 8;

export interface OwnKey {
  /** Public key blob. */
  readonly blob: Buffer;
  readonly key: KeyObject;
}

export type PrivateKeyReading =
  | { readonly kind: 'key'; readonly own: OwnKey }
  | { readonly kind: 'encrypted' }
  | { readonly kind: 'foreign' }; // another kind of key, or no key at all

/** Makes an Ed25519 key. @returns the text of its private file and of its public line. */
export function makeOwnKey(comment: string): { privateText: string; publicLine: string } {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const seed = Buffer.from(jwk.d ?? '', 'base64url');
  const raw = Buffer.from(jwk.x ?? '', 'base64url');
  const blob = Buffer.concat([formatString(TYPE), formatString(raw)]);
  return {
    privateText: formatPrivate({ seed, raw, blob }, comment),
    publicLine: `${TYPE} ${blob.toString('base64')} ${comment}`,
  };
}

function formatPrivate(
  key: { readonly seed: Buffer; readonly raw: Buffer; readonly blob: Buffer },
  comment: string,
): string {
  const check = randomBytes(4); // twice the same: how a reader sees that it decrypted rightly
  const secret = Buffer.concat([
    check,
    check,
    formatString(TYPE),
    formatString(key.raw),
    formatString(Buffer.concat([key.seed, key.raw])),
    formatString(comment),
  ]);
  const padding = (CIPHER_BLOCK_BYTES - (secret.length % CIPHER_BLOCK_BYTES)) % CIPHER_BLOCK_BYTES;
  const whole = Buffer.concat([
    MAGIC,
    formatString('none'),
    formatString('none'),
    formatString(''),
    formatUint32(1),
    formatString(key.blob),
    formatString(Buffer.concat([secret, Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, padding))])),
  ]);
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? [];
  return `${BEGIN}\n${lines.join('\n')}\n${END}\n`;
}

/** @param text of a private key file. */
export function readPrivateKey(text: string): PrivateKeyReading {
  const start = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (start < 0 || end < start) return { kind: 'foreign' };
  const bytes = Buffer.from(text.slice(start + BEGIN.length, end).replaceAll(/\s/g, ''), 'base64');
  return readAll(bytes, readContainer) ?? { kind: 'foreign' };
}

function readContainer(reader: SshReader): PrivateKeyReading | null {
  if (!reader.take(MAGIC.length).equals(MAGIC)) return null;
  const cipher = reader.text();
  reader.string(); // KDF
  reader.string(); // its options
  if (reader.uint32() !== 1) return null;
  const blob = Buffer.from(reader.string());
  const secret = reader.string();
  if (cipher !== 'none') {
    reader.take(reader.left()); // the tag of an AEAD cipher follows
    return { kind: 'encrypted' };
  }
  const own = readAll(secret, (inner) => readSecret(inner, blob));
  return own === null ? null : { kind: 'key', own };
}

function readSecret(reader: SshReader, blob: Buffer): OwnKey | null {
  if (reader.uint32() !== reader.uint32() || reader.text() !== TYPE) return null;
  const raw = reader.string();
  const seed = reader.string().subarray(0, 32);
  reader.string(); // comment
  reader.take(reader.left()); // padding
  if (raw.length !== 32 || seed.length !== 32) return null;
  const key = createPrivateKey({
    key: {
      kty: 'OKP',
      crv: 'Ed25519',
      d: seed.toString('base64url'),
      x: raw.toString('base64url'),
    },
    format: 'jwk',
  });
  return { blob, key };
}

/** Signs as `ssh-keygen -Y sign` does: the same bytes, Ed25519 being deterministic. @returns the SSHSIG blob. */
export function signWithOwnKey(own: OwnKey, namespace: string, message: Uint8Array): Buffer {
  const raw = sign(null, signedData(namespace, 'sha512', message), own.key);
  return formatSshsig({
    publicKey: own.blob,
    namespace,
    hash: 'sha512',
    signature: Buffer.concat([formatString(TYPE), formatString(raw)]),
  });
}
