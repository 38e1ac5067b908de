// c2sp.org/signed-note with Ed25519 keys: text, a blank line, and lines of `— name base64(key id ‖ signature)`.
import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { keepAnswers } from '../model/keep-answers.ts';
import { settle, type Checking } from '../model/signature-claim.ts';

/** A private key of a log or witness. */
export interface NoteSigner {
  readonly name: string;
  /** 32 bytes. */
  readonly seed: Uint8Array;
}

interface NoteKey {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

interface NoteSignature {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

interface Note {
  /** Ends with LF. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

type OpenedNote =
  | { readonly kind: 'signed'; readonly note: Note }
  | { readonly kind: 'unsigned' } // no line of that key
  | { readonly kind: 'forged' } // a line of that key whose signature is wrong
  | { readonly kind: 'malformed' };

const ED25519 = Uint8Array.of(1);
// RFC 8410: the bytes before the key itself are the same for every Ed25519 key
const PRIVATE_DER = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_DER = Buffer.from('302a300506032b6570032100', 'hex');
const NOTE_BYTES_MAX = 1_000_000;
const SIGNATURES_MAX = 100;
/** A range is of few logs and witnesses. */
const KEYS_KEPT = 32;
const NAME = /^[^\s+\p{Cc}]+$/u;

export function noteKey(signer: NoteSigner): NoteKey {
  const key = createPublicKey(privateKeyOf(signer.seed)).export({ type: 'spki', format: 'der' });
  return keyOf(signer.name, key.subarray(PUBLIC_DER.length));
}

/** @returns `name+hash+key`, one line without LF. */
export const formatVkey = (key: NoteKey): string =>
  `${key.name}+${Buffer.from(key.keyId).toString('hex')}+${Buffer.concat([ED25519, key.publicKey]).toString('base64')}`;

/** @returns null for anything but a well-formed Ed25519 verifier key whose id is right. */
export const parseVkey = keepAnswers(KEYS_KEPT, (text): NoteKey | null => {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text);
  const [, name = '', id = '', body = ''] = match ?? [];
  const bytes = Buffer.from(body, 'base64');
  if (!NAME.test(name) || bytes.length !== 33 || bytes[0] !== 1) return null;
  const key = keyOf(name, bytes.subarray(1));
  return Buffer.from(key.keyId).toString('hex') === id ? key : null;
});

/** The private key in the form that Go's note package reads, one line without LF. */
export const formatSigner = (signer: NoteSigner): string =>
  `PRIVATE+KEY+${signer.name}+${Buffer.from(noteKey(signer).keyId).toString('hex')}+${Buffer.concat([ED25519, signer.seed]).toString('base64')}`;

/** @returns null for anything but a well-formed Ed25519 key whose id is right. */
export function parseSigner(text: string): NoteSigner | null {
  const match = /^PRIVATE\+KEY\+([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text);
  const [, name = '', id = '', body = ''] = match ?? [];
  const bytes = Buffer.from(body, 'base64');
  if (!NAME.test(name) || bytes.length !== 33 || bytes[0] !== 1) return null;
  const signer = { name, seed: bytes.subarray(1) };
  return Buffer.from(noteKey(signer).keyId).toString('hex') === id ? signer : null;
}

/** @param text ends with LF and holds no control characters but LF. */
export function signNote(text: string, signer: NoteSigner): string {
  const { keyId } = noteKey(signer);
  const signature = sign(null, Buffer.from(text), privateKeyOf(signer.seed));
  return `${text}\n— ${signer.name} ${Buffer.concat([keyId, signature]).toString('base64')}\n`;
}

/** @returns null where it is no signed note; signatures are not checked. */
export function parseNote(note: string): Note | null {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || Buffer.byteLength(note) > NOTE_BYTES_MAX || hasControl(note)) return null;
  const tail = note.slice(split + 2);
  if (!tail.endsWith('\n')) return null;
  const lines = tail.slice(0, -1).split('\n');
  const signatures = lines.flatMap((line) => parseSignature(line) ?? []);
  const isWhole = signatures.length === lines.length && signatures.length <= SIGNATURES_MAX;
  return isWhole ? { text: note.slice(0, split + 1), signatures } : null;
}

/** Opens a note that `key` must have signed; lines of unknown keys are ignored. */
export const openNote = (note: string, key: NoteKey): OpenedNote => settle(openingNote(note, key));

export function* openingNote(note: string, key: NoteKey): Checking<OpenedNote> {
  const parsed = parseNote(note);
  if (parsed === null) return { kind: 'malformed' };
  const own = parsed.signatures.filter(
    (line) => line.name === key.name && Buffer.from(line.keyId).equals(key.keyId),
  );
  const [line, ...repeated] = own;
  if (line === undefined) return { kind: 'unsigned' };
  if (repeated.length > 0) return { kind: 'malformed' };
  const data = Buffer.from(parsed.text);
  const publicKey = publicKeyOf(key.publicKey);
  const isGenuine = yield { hash: null, data, key: publicKey, signature: line.signature };
  return isGenuine ? { kind: 'signed', note: parsed } : { kind: 'forged' };
}

function parseSignature(line: string): NoteSignature | null {
  const match = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
  const [, name = '', body = ''] = match ?? [];
  const bytes = Buffer.from(body, 'base64');
  if (!NAME.test(name) || bytes.length < 5) return null;
  return { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) };
}

function keyOf(name: string, publicKey: Uint8Array): NoteKey {
  const hash = createHash('sha256').update(`${name}\n`).update(ED25519).update(publicKey).digest();
  return { name, keyId: hash.subarray(0, 4), publicKey };
}

/** @param seed 32 bytes. */
export const privateKeyOf = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PRIVATE_DER, seed]), format: 'der', type: 'pkcs8' });

/** @param bytes 32. */
export const publicKeyOf = (bytes: Uint8Array): KeyObject =>
  importPublic(Buffer.from(bytes).toString('base64'));

const importPublic = keepAnswers(KEYS_KEPT, (base64) => {
  const key = Buffer.concat([PUBLIC_DER, Buffer.from(base64, 'base64')]);
  return createPublicKey({ key, format: 'der', type: 'spki' });
});

/** Signed notes are valid UTF-8 without control characters but LF; a lone surrogate is not UTF-8. */
const hasControl = (text: string): boolean => /[^\P{Cc}\n]|\p{Surrogate}/u.test(text);
