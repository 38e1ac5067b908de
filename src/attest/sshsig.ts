// SSH signatures (openssh PROTOCOL.sshsig): the binary blob and its armour, parsed, made and checked in process.
import { createHash } from 'node:crypto';
import { settle, type Checking } from '../model/signature-claim.ts';
import { parseCertificate } from './ssh-cert.ts';
import type { KeylessProof } from './sigstore.ts';
import { parseKeyBlob, type SshKey } from './ssh-key.ts';
import { formatString, formatUint32, readAll, unsignedOf, type SshReader } from './ssh-wire.ts';

const MAGIC = 'SSHSIG';
const ARMOR_WIDTH = 70; // what ssh-keygen writes

export interface SshSignature {
  /** Key blob, or certificate blob. */
  readonly publicKey: Buffer;
  readonly namespace: string;
  readonly hash: 'sha256' | 'sha512';
  /** `string(format) string(value)`, for FIDO keys flags and counter too. */
  readonly signature: Buffer;
}

/** What a check says. */
export type SignatureCheck =
  | {
      readonly kind: 'good';
      /** The flag of a FIDO key, null for others. */
      readonly isTouched: boolean | null;
      /** Of a signature that holds only for the moment: who made it is not known before this is proven (trust.ts). */
      readonly proof?: KeylessProof;
    }
  | { readonly kind: 'bad'; readonly why: string };

/** @returns null where the bytes are no SSHSIG of version 1. */
export function parseSshsig(blob: Uint8Array): SshSignature | null {
  return readAll(blob, (reader) => {
    if (reader.take(MAGIC.length).toString('latin1') !== MAGIC || reader.uint32() !== 1)
      return null;
    const publicKey = reader.string();
    const namespace = reader.text();
    reader.string(); // reserved: ignored as the protocol says
    const hash = reader.text();
    const signature = reader.string();
    if (hash !== 'sha256' && hash !== 'sha512') return null;
    return namespace === '' ? null : { publicKey, namespace, hash, signature };
  });
}

export function formatSshsig(parts: SshSignature): Buffer {
  return Buffer.concat([
    Buffer.from(MAGIC),
    formatUint32(1),
    formatString(parts.publicKey),
    formatString(parts.namespace),
    formatString(''),
    formatString(parts.hash),
    formatString(parts.signature),
  ]);
}

/** The bytes that the key signs for a message. */
export function signedData(
  namespace: string,
  hash: SshSignature['hash'],
  message: Uint8Array,
): Buffer {
  return Buffer.concat([
    Buffer.from(MAGIC),
    formatString(namespace),
    formatString(''),
    formatString(hash),
    formatString(createHash(hash).update(message).digest()),
  ]);
}

export function armorSshsig(blob: Uint8Array): string {
  const base64 = Buffer.from(blob).toString('base64');
  const lines = base64.match(new RegExp(`.{1,${ARMOR_WIDTH}}`, 'g')) ?? [];
  return `-----BEGIN SSH SIGNATURE-----\n${lines.join('\n')}\n-----END SSH SIGNATURE-----\n`;
}

/** @returns null where the text is not armoured. */
export function dearmorSshsig(text: string): Buffer | null {
  const match = /-----BEGIN SSH SIGNATURE-----([A-Za-z0-9+/=\s]+)-----END SSH SIGNATURE-----/.exec(
    text,
  );
  return match === null ? null : Buffer.from(match[1] ?? '', 'base64');
}

/** Checks the signature alone: who the key belongs to is trust.ts's question. */
export const checkSshsig = (
  parsed: SshSignature,
  message: Uint8Array,
  namespace: string,
): SignatureCheck => settle(checkingSshsig(parsed, message, namespace));

/** The same, for whoever has many. */
export function* checkingSshsig(
  parsed: SshSignature,
  message: Uint8Array,
  namespace: string,
): Checking<SignatureCheck> {
  if (parsed.namespace !== namespace) return bad(`namespace is ${parsed.namespace.slice(0, 80)}`);
  const key = parseKeyBlob(parsed.publicKey) ?? parseCertificate(parsed.publicKey)?.key ?? null;
  if (key === null) return bad('the key is of an unknown kind or too weak');
  return yield* checkParts(key, parsed.signature, signedData(namespace, parsed.hash, message));
}

/** Checks `string(format) string(value) …` over data, as signatures and certificates hold it. */
export const checkRaw = (key: SshKey, signature: Uint8Array, data: Uint8Array): SignatureCheck =>
  settle(checkParts(key, signature, data));

function* checkParts(
  key: SshKey,
  signature: Uint8Array,
  data: Uint8Array,
): Checking<SignatureCheck> {
  const parts = readAll(signature, (reader) => readParts(key, reader));
  if (parts === null) return bad('the signature does not fit the key');
  const signed = parts.flags === null ? data : fidoData(key, parts, data);
  const hash = key.family === 'ed25519' ? null : parts.hash;
  const isGenuine = yield { hash, data: signed, key: key.key, signature: parts.value };
  if (!isGenuine) return bad('the signature is not of these bytes');
  return { kind: 'good', isTouched: parts.flags === null ? null : (parts.flags & 1) === 1 };
}

const bad = (why: string): SignatureCheck => ({ kind: 'bad', why });

interface Parts {
  readonly value: Buffer;
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  readonly flags: number | null;
  readonly counter: number;
}

function readParts(key: SshKey, reader: SshReader): Parts | null {
  const format = reader.text();
  const blob = reader.string();
  const isFido = key.application !== null;
  const flags = isFido ? reader.byte() : null;
  const counter = isFido ? reader.uint32() : 0;
  const value = key.family === 'ecdsa' ? fixedWidth(blob, key.coordinateBytes) : blob;
  const hash = hashOf(key, format);
  return value === null || hash === null ? null : { value, hash, flags, counter };
}

/** RSA signs with SHA-2 only: SHA-1 (`ssh-rsa`) is refused as ssh-keygen -Y refuses it. */
function hashOf(key: SshKey, format: string): Parts['hash'] | null {
  if (key.family !== 'rsa') return format === key.type ? key.hash : null;
  if (format === 'rsa-sha2-256') return 'sha256';
  return format === 'rsa-sha2-512' ? 'sha512' : null;
}

/** `mpint r, mpint s` → r‖s of fixed width (IEEE P1363). */
const fixedWidth = (blob: Buffer, bytes: number): Buffer | null =>
  readAll(blob, (reader) => {
    const r = unsignedOf(reader.string(), bytes);
    const s = unsignedOf(reader.string(), bytes);
    return r === null || s === null ? null : Buffer.concat([r, s]);
  });

const sha256 = (bytes: string | Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** PROTOCOL.u2f: the authenticator signs SHA256(application) ‖ flags ‖ counter ‖ SHA256(data). */
function fidoData(key: SshKey, parts: Parts, data: Uint8Array): Buffer {
  return Buffer.concat([
    sha256(key.application ?? ''),
    Buffer.from([parts.flags ?? 0]),
    formatUint32(parts.counter),
    sha256(data),
  ]);
}
