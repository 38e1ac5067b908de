// Keys that count for nothing, whenever they signed: the file that git's gpg.ssh.revocationFile names. Either public keys,
// one a line, or OpenSSH's key revocation list (PROTOCOL.krl).
import { createHash } from 'node:crypto';
import type { SshCertificate } from './ssh-cert.ts';
import { parseKeyLine } from './ssh-key.ts';
import { readAll, type SshReader } from './ssh-wire.ts';

const MAGIC = 'SSHKRL\n\0';
const VERSION = 1;

/** Certificates of one authority that are revoked by number or name. */
interface RevokedCertificates {
  /** Empty: of any authority. */
  readonly authority: Buffer;
  readonly isSerial: (serial: bigint) => boolean;
  readonly keyIds: ReadonlySet<string>;
}

export interface RevokedKeys {
  /** Key blobs, base64. */
  readonly blobs: ReadonlySet<string>;
  /** Digests of key blobs, base64. */
  readonly sha1: ReadonlySet<string>;
  readonly sha256: ReadonlySet<string>;
  readonly certificates: readonly RevokedCertificates[];
}

/** @returns null where the file is neither form, or holds what nobody here can read: then nobody can be trusted. */
export function parseRevokedKeys(bytes: Uint8Array): RevokedKeys | null {
  const isBinary = Buffer.from(bytes.subarray(0, MAGIC.length)).toString('latin1') === MAGIC;
  return isBinary ? readAll(bytes, readList) : parseLines(Buffer.from(bytes).toString('utf8'));
}

function parseLines(text: string): RevokedKeys | null {
  const blobs = new Set<string>();
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const key = parseKeyLine(line);
    if (key === null) return null;
    blobs.add(key.blob.toString('base64'));
  }
  return { blobs, sha1: new Set(), sha256: new Set(), certificates: [] };
}

/** @param certificate of the blob, where it is one: its plain key and its authority are looked up too, as OpenSSH does. */
export function isRevoked(
  list: RevokedKeys,
  publicKey: Uint8Array,
  certificate: SshCertificate | null,
): boolean {
  const keys =
    certificate === null ? [publicKey] : [publicKey, certificate.plain, certificate.authority];
  const isListed = keys.some(
    (key) =>
      list.blobs.has(Buffer.from(key).toString('base64')) ||
      list.sha1.has(digest('sha1', key)) ||
      list.sha256.has(digest('sha256', key)),
  );
  return isListed || (certificate !== null && isRevokedCertificate(list, certificate));
}

const digest = (name: string, bytes: Uint8Array): string =>
  createHash(name).update(bytes).digest('base64');

const isRevokedCertificate = (
  { certificates }: RevokedKeys,
  { authority, serial, keyId }: SshCertificate,
): boolean =>
  certificates.some(
    (each) =>
      (each.authority.length === 0 || each.authority.equals(authority)) &&
      // certificates without a number have the number 0, which lists cannot name
      ((serial !== 0n && each.isSerial(serial)) || each.keyIds.has(keyId)),
  );

function readList(reader: SshReader): RevokedKeys | null {
  reader.take(MAGIC.length);
  if (reader.uint32() !== VERSION) return null;
  reader.take(24); // version of the list, when it was made, flags
  reader.string(); // reserved
  reader.string(); // comment
  const certificates: RevokedCertificates[] = [];
  const found = { blobs: new Set<string>(), sha1: new Set<string>(), sha256: new Set<string>() };
  while (reader.left() > 0) {
    const kind = reader.byte();
    const section = readAll(reader.string(), (inner) => readSection(kind, inner));
    if (section === null) return null;
    for (const name of ['blobs', 'sha1', 'sha256'] as const)
      for (const value of section[name] ?? []) found[name].add(value);
    certificates.push(...(section.certificates ?? []));
  }
  return { ...found, certificates };
}

interface Section {
  readonly blobs?: readonly string[];
  readonly sha1?: readonly string[];
  readonly sha256?: readonly string[];
  readonly certificates?: readonly RevokedCertificates[];
}

/** @returns null for a kind that is not known: it may revoke the very key that is asked about. */
function readSection(kind: number, reader: SshReader): Section | null {
  switch (kind) {
    case 1:
      return readCertificates(reader);
    case 2:
      return { blobs: readStrings(reader) };
    case 3:
      return { sha1: readStrings(reader) };
    case 5:
      return { sha256: readStrings(reader) };
    default:
      return null;
  }
}

/** Base64. */
function readStrings(reader: SshReader): readonly string[] {
  const found: string[] = [];
  while (reader.left() > 0) found.push(reader.string().toString('base64'));
  return found;
}

function readCertificates(reader: SshReader): Section | null {
  const authority = Buffer.from(reader.string());
  reader.string(); // reserved
  const serials: ((serial: bigint) => boolean)[] = [];
  const keyIds = new Set<string>();
  while (reader.left() > 0) {
    const kind = reader.byte();
    const inner = reader.string();
    if (kind === 0x23) for (const id of readIds(inner)) keyIds.add(id);
    else {
      const test = readAll(inner, (numbers) => readSerials(kind, numbers));
      if (test === null) return null;
      serials.push(test);
    }
  }
  const isSerial = (serial: bigint): boolean => serials.some((test) => test(serial));
  return { certificates: [{ authority, isSerial, keyIds }] };
}

const readIds = (bytes: Buffer): readonly string[] =>
  (readAll(bytes, readStrings) ?? []).map((id) => Buffer.from(id, 'base64').toString('utf8'));

/** A list, a range, or a bitmap above an offset. */
function readSerials(kind: number, reader: SshReader): ((serial: bigint) => boolean) | null {
  if (kind === 0x20) {
    const listed = new Set<bigint>();
    while (reader.left() > 0) listed.add(reader.uint64());
    return (serial) => listed.has(serial);
  }
  const first = reader.uint64();
  if (kind === 0x21) {
    const last = reader.uint64();
    return (serial) => serial >= first && serial <= last;
  }
  if (kind !== 0x22) return null;
  const bits = BigInt(`0x0${reader.string().toString('hex')}`);
  return (serial) => serial >= first && ((bits >> (serial - first)) & 1n) === 1n;
}
