// Signatures without a lasting key (Sigstore): what a note holds is a Sigstore bundle over the envelope's PAE, as
// `cosign verify-blob --bundle` reads it. Here the signature is checked against the certificate in it. Whether a
// certificate authority and a log that count stand behind that certificate, trust.ts asks.
import { createHash, X509Certificate } from 'node:crypto';
import { arrayAt, isObject, isString, objectAt, parseJson, stringAt } from '../model/json.ts';
import type { Checking } from '../model/signature-claim.ts';
import { onlyBody, readElements } from './der.ts';
import { readFulcioIdentity, type FulcioIdentity } from './fulcio-certificate.ts';
import type { SignatureCheck } from './sshsig.ts';
import { formatString, readAll, unsignedOf } from './ssh-wire.ts';

const BUNDLE_BYTES_MAX = 64 * 1024;
const NAME = 'sigstore';
/** The key that Fulcio's clients make. */
const CURVE = 'prime256v1';
const COORDINATE_BYTES = 32;

/** What has to be proven of a signature beyond its bytes. */
export interface KeylessProof {
  /** The bundle's JSON. */
  readonly bundle: Buffer;
  /** What was signed. */
  readonly message: Uint8Array;
}

export interface SigstoreSignature {
  /** `string("sigstore") string(issuer) string(subject)`: the signer's name in lists and statements. */
  readonly publicKey: Buffer;
  readonly bundle: Buffer;
  readonly certificate: X509Certificate;
  /** SHA-256 of the message, as the bundle says. */
  readonly digest: string;
  readonly signature: Buffer;
}

type Shape = 'text' | 'base64' | readonly [Shape] | { readonly [member: string]: Shape };

const CERTIFICATE = { rawBytes: 'base64' } as const;
/** Each member that a bundle of a message's signature may have (protobuf-specs, sigstore_bundle.proto). */
const BUNDLE: Shape = {
  mediaType: 'text',
  verificationMaterial: {
    x509CertificateChain: { certificates: [CERTIFICATE] },
    certificate: CERTIFICATE,
    tlogEntries: [
      {
        logIndex: 'text',
        logId: { keyId: 'base64' },
        kindVersion: { kind: 'text', version: 'text' },
        integratedTime: 'text',
        inclusionPromise: { signedEntryTimestamp: 'base64' },
        inclusionProof: {
          logIndex: 'text',
          rootHash: 'base64',
          treeSize: 'text',
          hashes: ['base64'],
          checkpoint: { envelope: 'text' },
        },
        canonicalizedBody: 'base64',
      },
    ],
    timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: 'base64' }] },
  },
  messageSignature: {
    messageDigest: { algorithm: 'text', digest: 'base64' },
    signature: 'base64',
  },
};

/** Those members alone, in that order. */
function take(value: unknown, shape: Shape): unknown {
  if (shape === 'text') return isString(value) ? value : undefined;
  if (shape === 'base64') return isString(value) && isBase64(value) ? value : undefined;
  if (isList(shape))
    return Array.isArray(value) ? value.map((item) => take(item, shape[0])) : undefined;
  if (!isObject(value)) return undefined;
  const members = Object.entries(shape).map(([name, inner]) => [name, take(value[name], inner)]);
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
}

const isBase64 = (text: string): boolean => Buffer.from(text, 'base64').toString('base64') === text;

const isList = (shape: Exclude<Shape, 'text' | 'base64'>): shape is readonly [Shape] =>
  Array.isArray(shape);

/** @param bundle as Sigstore's own programs write it. @returns the bytes that a note holds. */
export const formatSigstore = (bundle: unknown): Buffer =>
  Buffer.from(JSON.stringify(take(bundle, BUNDLE)), 'utf8');

/** @returns null where the bytes are no such bundle, or written in another way than `formatSigstore` writes it. */
export function parseSigstore(blob: Uint8Array): SigstoreSignature | null {
  const bundle = Buffer.from(blob);
  const value = readBundle(bundle);
  const material = objectAt(value, 'verificationMaterial');
  const certificate = readCertificate(material);
  const identity = certificate === null ? null : readFulcioIdentity(certificate.raw);
  if (certificate === null || identity === null) return null;
  const signed = objectAt(value, 'messageSignature');
  return {
    publicKey: nameIdentity(identity),
    bundle,
    certificate,
    digest: stringAt(objectAt(signed, 'messageDigest'), 'digest') ?? '',
    signature: Buffer.from(stringAt(signed, 'signature') ?? '', 'base64'),
  };
}

/**
 * One spelling alone: nothing else may hide in what is not signed. What is left of that, in entries of a log of version 2,
 * is the name of the log's key and the frame around an authority's time: hints that decide nothing.
 */
function readBundle(bytes: Buffer): unknown {
  if (bytes[0] !== 0x7b || bytes.length > BUNDLE_BYTES_MAX) return null;
  const value = parseJson(bytes.toString('utf8'));
  if (!isObject(value) || !formatSigstore(value).equals(bytes)) return null;
  const entries = arrayAt(objectAt(value, 'verificationMaterial'), 'tlogEntries');
  return entries.every(isOfItsCheckpoint) ? value : null;
}

/** Size and root beside a checkpoint say nothing that it does not say itself, and its own signatures have one spelling. */
function isOfItsCheckpoint(entry: unknown): boolean {
  const proof = objectAt(entry, 'inclusionProof');
  const text = stringAt(objectAt(proof, 'checkpoint'), 'envelope') ?? '';
  const [, size, root] = text.split('\n');
  const signatures = text.match(/(?<=^\u2014 \S+ ).*$/gm) ?? [];
  return (
    stringAt(proof, 'treeSize') === (size ?? null) &&
    stringAt(proof, 'rootHash') === (root ?? null) &&
    signatures.every(isBase64)
  );
}

function readCertificate(material: unknown): X509Certificate | null {
  const [first] = arrayAt(objectAt(material, 'x509CertificateChain'), 'certificates');
  const raw = stringAt(first ?? objectAt(material, 'certificate'), 'rawBytes');
  try {
    const certificate = raw === null ? null : new X509Certificate(Buffer.from(raw, 'base64'));
    return certificate?.publicKey.asymmetricKeyDetails?.namedCurve === CURVE ? certificate : null;
  } catch {
    return null; // OpenSSL refuses it: no certificate, or no key
  }
}

/** The namespace is in the message itself: a PAE begins with the type of what is signed. */
export function* checkingSigstore(
  parsed: SigstoreSignature,
  message: Uint8Array,
): Checking<SignatureCheck> {
  const { certificate, digest, bundle } = parsed;
  if (createHash('sha256').update(message).digest('base64') !== digest)
    return { kind: 'bad', why: 'the signature is not of these bytes' };
  const signature = fixedWidth(parsed.signature);
  const claim = { hash: 'sha256', data: message, key: certificate.publicKey };
  const isGenuine = signature !== null && (yield { ...claim, signature });
  return isGenuine
    ? { kind: 'good', isTouched: null, proof: { bundle, message } }
    : { kind: 'bad', why: "the signature is not of its certificate's key" };
}

/** Two numbers in DER → r‖s (IEEE P1363). @returns null where they are not of P-256. */
function fixedWidth(signature: Buffer): Buffer | null {
  const numbers = readElements(onlyBody(signature));
  const parts = numbers.flatMap(({ body }) => unsignedOf(body, COORDINATE_BYTES) ?? []);
  return parts.length === 2 ? Buffer.concat(parts) : null;
}

export const nameIdentity = ({ issuer, subject }: FulcioIdentity): Buffer =>
  Buffer.concat([NAME, issuer, subject].map(formatString));

/** @returns null where the blob names no identity, but a key. */
export const readIdentity = (blob: Uint8Array): FulcioIdentity | null =>
  readAll(blob, (reader) =>
    reader.text() === NAME ? { issuer: reader.text(), subject: reader.text() } : null,
  );
