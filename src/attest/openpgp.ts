// OpenPGP signatures (RFC 9580, version 4, as GnuPG makes them), checked in process. What a note holds is one detached
// signature packet that gpg verifies as it is, with the signing key's own packet in its unsigned part (subpacket 38, as
// gpg's --include-key-block puts it there): whoever reads it needs neither gpg nor a keyring.
import { createHash } from 'node:crypto';
import { settle, type Checking } from '../model/signature-claim.ts';
import {
  fingerprintOfKey,
  formatPacket,
  formatSubpacket,
  KEY_TAGS,
  type Packet,
  readPackets,
  readSubpackets,
  SIGNATURE_TAG,
  type Subpacket,
} from './openpgp-packets.ts';
import { claimOf, hashNameOf, readOpenpgpKey } from './openpgp-key.ts';
import type { SignatureCheck } from './sshsig.ts';
import { formatString, formatUint32, readAll, type SshReader } from './ssh-wire.ts';

const VERSION = 4;
/** Over the bytes as they are, not over text. */
const BINARY = 0;
const NOTATION = 20;
const ISSUER = 16;
const ISSUER_FINGERPRINT = 33;
const KEY_BLOCK = 38;
/** Made at, signer's user id, and those above: all that may be marked critical. */
const KNOWN: ReadonlySet<number> = new Set([2, 28, NOTATION, ISSUER, ISSUER_FINGERPRINT]);

/** What OpenPGP has in place of SSHSIG's namespace: a signature over the same bytes for another end is none of ours. */
export const NOTATION_NAME = 'namespace@aitrail.dev';

export interface OpenpgpSignature {
  /** `string("openpgp") string(fingerprint)`: the key's name in lists and statements. */
  readonly publicKey: Buffer;
  /** Body of the key's packet. */
  readonly key: Buffer;
  /** Version, type, algorithm of the key, of the hash. */
  readonly head: Buffer;
  readonly hashed: Buffer;
  /** The digest's first two bytes. */
  readonly left: Buffer;
  /** The signature's numbers, as written. */
  readonly numbers: Buffer;
}

/** @returns null where the bytes are no such packet, or written in another way than `embedKey` writes it. */
export function parseOpenpgp(blob: Uint8Array): OpenpgpSignature | null {
  const [packet, ...others] = readPackets(blob) ?? [];
  const parts = others.length > 0 ? null : readParts(packet);
  const block = parts === null ? undefined : readSubpackets(parts.unhashed)?.find(isKeyBlock);
  const key = block === undefined ? null : findKey(block.body.subarray(1), () => true);
  if (parts === null || key === null) return null;
  const parsed = { ...parts, key, publicKey: nameKey(fingerprintOfKey(key)) };
  // one spelling alone: nothing else may hide in what is not signed
  return formatOpenpgp(parsed).equals(blob) ? parsed : null;
}

const isKeyBlock = ({ type }: Subpacket): boolean => type === KEY_BLOCK;

const readParts = (packet: Packet | undefined): SignatureParts | null =>
  packet?.tag === SIGNATURE_TAG ? readAll(packet.body, readSignature) : null;

/** @returns the body of the first key's packet that is wanted; null where there is none. */
const findKey = (packets: Uint8Array, isWanted: (key: Buffer) => boolean): Buffer | null =>
  (readPackets(packets) ?? []).find(({ tag, body }) => KEY_TAGS.has(tag) && isWanted(body))?.body ??
  null;

interface SignatureParts extends Pick<OpenpgpSignature, 'head' | 'hashed' | 'left' | 'numbers'> {
  readonly unhashed: Buffer;
}

function readSignature(reader: SshReader): SignatureParts | null {
  const head = reader.take(4);
  if (head[0] !== VERSION) return null;
  const hashed = reader.take(reader.take(2).readUInt16BE(0));
  const unhashed = reader.take(reader.take(2).readUInt16BE(0));
  return { head, hashed, unhashed, left: reader.take(2), numbers: reader.take(reader.left()) };
}

function formatOpenpgp(parts: Omit<OpenpgpSignature, 'publicKey'>): Buffer {
  const issuer = fingerprintOfKey(parts.key).subarray(-8);
  const block = Buffer.concat([Buffer.from([0]), formatPacket(6, parts.key)]);
  const unhashed = Buffer.concat([
    formatSubpacket(ISSUER, issuer),
    formatSubpacket(KEY_BLOCK, block),
  ]);
  const { head, hashed, left, numbers } = parts;
  return formatPacket(
    SIGNATURE_TAG,
    Buffer.concat([head, formatUint16(hashed), formatUint16(unhashed), left, numbers]),
  );
}

/** Bytes after their length. */
function formatUint16(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

export const nameKey = (fingerprint: Uint8Array): Buffer =>
  Buffer.concat([formatString('openpgp'), formatString(fingerprint)]);

/**
 * Puts the key's packet into a detached signature that gpg made.
 *
 * @param exported what `gpg --export` gives. @returns null where that does not hold the key that signed.
 */
export function embedKey(signature: Uint8Array, exported: Uint8Array): Buffer | null {
  const parts = readParts(readPackets(signature)?.[0]);
  if (parts === null) return null;
  const key = findKey(exported, (body) => isIssuer(parts.hashed, body));
  return key === null ? null : formatOpenpgp({ ...parts, key });
}

const isIssuer = (hashed: Buffer, key: Buffer): boolean => {
  const wanted = Buffer.concat([Buffer.from([VERSION]), fingerprintOfKey(key)]);
  return (readSubpackets(hashed) ?? []).some(
    ({ type, body }) => type === ISSUER_FINGERPRINT && body.equals(wanted),
  );
};

/** Checks the signature alone: who the key belongs to is trust.ts's question. */
export const checkOpenpgp = (
  parsed: OpenpgpSignature,
  message: Uint8Array,
  namespace: string,
): SignatureCheck => settle(checkingOpenpgp(parsed, message, namespace));

/** The same, for whoever has many. */
export function* checkingOpenpgp(
  parsed: OpenpgpSignature,
  message: Uint8Array,
  namespace: string,
): Checking<SignatureCheck> {
  const why = refuseSigned(parsed, namespace);
  if (why !== null) return { kind: 'bad', why };
  const { head, hashed, left, numbers } = parsed;
  const key = readOpenpgpKey(parsed.key);
  const hash = hashNameOf(head[3] ?? 0);
  if (key === null || key.algorithm !== head[2] || hash === null)
    return { kind: 'bad', why: 'the key or its hash is of an unknown kind or too weak' };
  const own = Buffer.concat([head, formatUint16(hashed)]);
  const trailer = Buffer.concat([Buffer.from([VERSION, 0xff]), formatUint32(own.length)]);
  const data = Buffer.concat([message, own, trailer]);
  const digest = createHash(hash).update(data).digest();
  const claim = claimOf(key, numbers, { hash, data, digest });
  const isGenuine = digest.subarray(0, 2).equals(left) && claim !== null && (yield claim);
  return isGenuine
    ? { kind: 'good', isTouched: null }
    : { kind: 'bad', why: 'the signature is not of these bytes' };
}

/** What the signed part says of the signature. @returns null where it is one of ours. */
function refuseSigned(parsed: OpenpgpSignature, namespace: string): string | null {
  const { head, hashed, key } = parsed;
  const subpackets = readSubpackets(hashed);
  if (subpackets === null || head[1] !== BINARY) return 'the signature is not over plain bytes';
  if (subpackets.some(({ type, isCritical }) => isCritical && !KNOWN.has(type)))
    return 'the signature has a condition that nobody here knows';
  if (!isIssuer(hashed, key)) return 'the signature names another key';
  const wanted = formatNotation(namespace);
  return subpackets.some(({ type, body }) => type === NOTATION && body.equals(wanted))
    ? null
    : `the signature has no notation ${NOTATION_NAME}=${namespace}`;
}

function formatNotation(namespace: string): Buffer {
  const [name, value] = [Buffer.from(NOTATION_NAME), Buffer.from(namespace)];
  const lengths = Buffer.from([0x80, 0, 0, 0, 0, name.length, 0, value.length]);
  return Buffer.concat([lengths, name, value]);
}
