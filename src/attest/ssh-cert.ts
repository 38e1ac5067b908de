// OpenSSH user certificates (PROTOCOL.certkeys): a key, who it stands for and until when, signed by an authority.
import { isKeyType, readKeyBody, type SshKey } from './ssh-key.ts';
import { formatString, readAll, type SshReader } from './ssh-wire.ts';

const SUFFIX = /-cert-v01@openssh\.com$/;
const USER_CERTIFICATE = 1;
const FOREVER = 0xffff_ffff_ffff_ffffn;

export interface SshCertificate {
  readonly key: SshKey;
  /** Blob of the key alone. */
  readonly plain: Buffer;
  readonly serial: bigint;
  readonly keyId: string;
  readonly principals: readonly string[];
  readonly validAfterMs: number;
  /** Infinity where it never ends. */
  readonly validBeforeMs: number;
  readonly isUser: boolean;
  /** Options that a verifier must understand; any unknown one makes the certificate useless here. */
  readonly criticalOptions: readonly string[];
  readonly authority: Buffer;
  /** The bytes that the authority signed, and its signature. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** @returns null where the bytes are no certificate of a key kind that is known. The signature is not checked here. */
export function parseCertificate(blob: Uint8Array): SshCertificate | null {
  return readAll(blob, (reader) => {
    const name = reader.text();
    const type = plainType(name);
    if (type === null) return null;
    reader.string(); // nonce
    const keyStart = blob.byteLength - reader.left();
    const key = readKeyBody(type, reader);
    if (key === null) return null;
    const fields = blob.subarray(keyStart, blob.byteLength - reader.left());
    const plain = Buffer.concat([formatString(type), fields]);
    const body = readBody(reader);
    const signedBytes = blob.byteLength - reader.left();
    const signature = reader.string();
    return { ...body, key, plain, signed: Buffer.from(blob.subarray(0, signedBytes)), signature };
  });
}

function plainType(name: string): string | null {
  if (!SUFFIX.test(name)) return null;
  const type = name.replace(SUFFIX, '');
  if (isKeyType(type)) return type;
  return isKeyType(`${type}@openssh.com`) ? `${type}@openssh.com` : null; // sk-… keys keep their domain
}

function readBody(
  reader: SshReader,
): Omit<SshCertificate, 'key' | 'plain' | 'signed' | 'signature'> {
  const serial = reader.uint64();
  const kind = reader.uint32();
  const keyId = reader.text();
  const principals = strings(reader.string());
  const validAfter = reader.uint64();
  const validBefore = reader.uint64();
  const criticalOptions = pairs(reader.string());
  reader.string(); // extensions: permissions of a login, none of ours
  reader.string(); // reserved
  return {
    serial,
    keyId,
    principals,
    validAfterMs: Number(validAfter) * 1000,
    validBeforeMs: validBefore === FOREVER ? Infinity : Number(validBefore) * 1000,
    isUser: kind === USER_CERTIFICATE,
    criticalOptions,
    authority: Buffer.from(reader.string()),
  };
}

function strings(bytes: Buffer): string[] {
  return (
    readAll(bytes, (reader) => {
      const found: string[] = [];
      while (reader.left() > 0) found.push(reader.text());
      return found;
    }) ?? []
  );
}

/** Names of `string(name) string(data)` pairs. */
function pairs(bytes: Buffer): string[] {
  return strings(bytes).filter((_, index) => index % 2 === 0);
}
