// A key of aitrail's own: in the operating system's keyring, or where there is none in a file of 0600, encrypted when
// AITRAIL_PASSPHRASE_FILE names a passphrase. The public half always lies in <home>/keys.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../model/make-folder.ts';
import { makeOwnKey, readPrivateKey, signWithOwnKey } from '../attest/private-key.ts';
import { fingerprintOf, formatKeyLine, parseKeyLine } from '../attest/ssh-key.ts';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import { replaceFile } from '../model/replace-file.ts';
import type { Signer } from '../model/signing.ts';
import { SIGNATURE_NAMESPACE } from '../model/statement.ts';
import { readKeyring, readKeyringInTime, writeKeyring } from './keyring.ts';
import { runBounded } from './run-bounded.ts';
import { askpassEnv, signThroughKeygen } from './ssh-keygen.ts';

const MAKE_MS_MAX = 10_000;

export interface OwnKeyWork {
  readonly caller: Caller;
  readonly home: string;
  /** Mail address that the key speaks for. */
  readonly email: string;
}

interface KeyFiles {
  readonly keyring: string;
  readonly file: string;
  readonly filePublic: string;
  /** Public lines of keys that a newer one took the place of. */
  readonly retired: string;
  /** That they did, said by both keys (src/attest/rotation.ts). */
  readonly rotations: string;
}

export const filesOf = (home: string): KeyFiles => ({
  keyring: join(home, 'keys', 'keyring.pub'),
  file: join(home, 'keys', 'signing'),
  filePublic: join(home, 'keys', 'signing.pub'),
  retired: join(home, 'keys', 'retired.pub'),
  rotations: join(home, 'keys', 'rotations'),
});

export const accountOf = (blob: Uint8Array): string => `signing-key ${fingerprintOf(blob)}`;

/** Public key blobs of every key that aitrail made here, the one in use first, retired ones last. */
export async function listOwnKeys(home: string): Promise<readonly Buffer[]> {
  const { keyring, filePublic, retired } = filesOf(home);
  const found = await Promise.all([keyring, filePublic, retired].map(readBlobs));
  return found.flat();
}

/** @returns null where no such key was made. */
export async function findKeyringKey(work: OwnKeyWork): Promise<Signer | null> {
  const blob = await readBlob(filesOf(work.home).keyring);
  if (blob === null) return null;
  const sign = async (message: Uint8Array): Promise<Uint8Array> => {
    const text = await readKeyringInTime(work.caller, accountOf(blob));
    if (text === null)
      throw new Fault(
        'SIGNER_LOCKED',
        `the keyring does not give out the key ${fingerprintOf(blob)}`,
        {
          fix: 'unlock the keyring, then: aitrail attribute',
        },
      );
    return signText(text, message, 'the keyring');
  };
  return signerOf('keyring', work, { blob, place: 'keyring', sign });
}

/** @returns the fingerprint of a key that the keyring should give out and does not; null where it does, or none was made. */
export async function findLostKey(caller: Caller, home: string): Promise<string | null> {
  const blob = await readBlob(filesOf(home).keyring);
  const isThere = blob === null || (await readKeyring(caller, accountOf(blob))) !== null;
  return isThere ? null : fingerprintOf(blob);
}

/** @returns null where no such key was made. */
export async function findFileKey(work: OwnKeyWork): Promise<Signer | null> {
  const files = filesOf(work.home);
  const blob = await readBlob(files.filePublic);
  if (blob === null) return null;
  const sign = async (message: Uint8Array): Promise<Uint8Array> => {
    const text = await readFile(files.file, 'utf8').catch((cause: unknown) => {
      throw new Fault('KEY_UNREADABLE', `${files.file} cannot be read`, { cause });
    });
    if (readPrivateKey(text).kind !== 'encrypted') return signText(text, message, files.file);
    const { caller, home } = work;
    const keygen = { caller, home, program: 'ssh-keygen' };
    return signThroughKeygen(keygen, { kind: 'file', path: files.file }, message);
  };
  return signerOf('file', work, { blob, place: files.file, sign });
}

export function signerOf(
  kind: 'keyring' | 'file',
  work: OwnKeyWork,
  key: { readonly blob: Buffer } & Pick<Signer, 'place' | 'sign'>,
): Signer {
  const { place, sign } = key;
  return { kind, principal: work.email, publicKey: formatKeyLine(key.blob), place, sign };
}

export function signText(text: string, message: Uint8Array, place: string): Buffer {
  const reading = readPrivateKey(text);
  if (reading.kind !== 'key')
    throw new Fault('KEY_UNREADABLE', `${place} holds no Ed25519 key that aitrail made`);
  return signWithOwnKey(reading.own, SIGNATURE_NAMESPACE, message);
}

/** Makes a key in the keyring. @returns null where there is no keyring. */
export async function makeKeyringKey(work: OwnKeyWork): Promise<Signer | null> {
  const { privateText, publicLine } = makeOwnKey(work.email);
  const blob = parseKeyLine(publicLine)?.blob;
  if (blob === undefined || !(await writeKeyring(work.caller, accountOf(blob), privateText)))
    return null;
  await placeFile(work.home, filesOf(work.home).keyring, { text: `${publicLine}\n`, mode: 0o644 });
  return findKeyringKey(work);
}

/** Makes a key file. @throws Fault KEY_UNREADABLE where the passphrase file does not serve. */
export async function makeFileKey(work: OwnKeyWork): Promise<Signer | null> {
  const files = filesOf(work.home);
  const { privateText, publicLine } = makeOwnKey(work.email);
  await placeFile(work.home, files.file, { text: privateText, mode: 0o600 });
  try {
    await encryptFile(work, files.file);
  } catch (thrown) {
    await rm(files.file, { force: true }); // never leave a plain key where an encrypted one was asked for
    throw thrown;
  }
  await placeFile(work.home, files.filePublic, { text: `${publicLine}\n`, mode: 0o644 });
  return findFileKey(work);
}

/** ssh-keygen -p takes the new passphrase from our askpass: it never stands in a command line. */
export async function encryptFile(work: OwnKeyWork, path: string): Promise<void> {
  if ((work.caller.env['AITRAIL_PASSPHRASE_FILE'] ?? '') === '') return;
  const answer = await runBounded(work.caller, {
    program: 'ssh-keygen',
    args: ['-p', '-q', '-f', path],
    stdin: '',
    timeoutMs: MAKE_MS_MAX,
    env: await askpassEnv(work),
  });
  const isEncrypted = readPrivateKey(await readFile(path, 'utf8')).kind === 'encrypted';
  if (answer.kind !== 'ended' || answer.exit !== 0 || !isEncrypted)
    throw new Fault(
      'KEY_UNREADABLE',
      `${path} could not be encrypted with AITRAIL_PASSPHRASE_FILE`,
      {
        fix: 'let it name a readable file whose first line is a passphrase of 5 characters or more',
      },
    );
}

export async function placeFile(
  home: string,
  path: string,
  content: { readonly text: string; readonly mode: number },
): Promise<void> {
  makeFolder(join(home, 'keys'));
  await replaceFile(path, content.text, content.mode);
}

const readBlob = async (path: string): Promise<Buffer | null> => (await readBlobs(path))[0] ?? null;

async function readBlobs(path: string): Promise<readonly Buffer[]> {
  const text = await readFile(path, 'utf8').catch(() => ''); // none made
  return text.split('\n').flatMap((line) => parseKeyLine(line)?.blob ?? []);
}
