// The key that takes the place of one of aitrail's own: it signs before it is in its place, so that both can sign for each
// other; with its coming the old one's private half is gone.
import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeOwnKey } from '../attest/private-key.ts';
import { formatKeyLine, parseKeyLine } from '../attest/ssh-key.ts';
import { Fault } from '../model/fault.ts';
import type { Signer } from '../model/signing.ts';
import { removeKeyring, writeKeyring } from './keyring.ts';
import {
  accountOf,
  encryptFile,
  filesOf,
  listOwnKeys,
  placeFile,
  signerOf,
  signText,
  type OwnKeyWork,
} from './own-key.ts';

export interface NextKey {
  readonly signer: Signer;
  /** Puts it in the old one's place. @throws Fault KEY_UNREADABLE; the old key stays then. */
  readonly install: () => Promise<void>;
}

/** @param kind where the old one is kept. */
export function makeNextKey(work: OwnKeyWork, kind: 'keyring' | 'file'): NextKey {
  const { privateText, publicLine } = makeOwnKey(work.email);
  const blob = parseKeyLine(publicLine)?.blob ?? Buffer.alloc(0);
  const files = filesOf(work.home);
  const place = kind === 'keyring' ? 'keyring' : files.file;
  const sign = async (message: Uint8Array): Promise<Uint8Array> =>
    signText(privateText, message, place);
  const key = { blob, privateText, publicLine };
  return {
    signer: signerOf(kind, work, { blob, place, sign }),
    install: () => (kind === 'keyring' ? installInKeyring(work, key) : installFile(work, key)),
  };
}

interface MadeKey {
  readonly blob: Buffer;
  readonly privateText: string;
  readonly publicLine: string;
}

async function installInKeyring(work: OwnKeyWork, key: MadeKey): Promise<void> {
  if (!(await writeKeyring(work.caller, accountOf(key.blob), key.privateText)))
    throw new Fault('KEY_UNREADABLE', 'the keyring does not keep a new key', {
      fix: 'unlock the keyring, then: aitrail identity rotate',
    });
  const { keyring } = filesOf(work.home);
  const before = await readFile(keyring, 'utf8').catch(() => ''); // none: nothing to forget
  await placeFile(work.home, keyring, { text: `${key.publicLine}\n`, mode: 0o644 });
  const old = parseKeyLine(before.split('\n')[0] ?? '');
  if (old !== null) await removeKeyring(work.caller, accountOf(old.blob));
}

async function installFile(work: OwnKeyWork, key: MadeKey): Promise<void> {
  const { file, filePublic } = filesOf(work.home);
  const next = `${file}.next`;
  await writeFile(next, key.privateText, { mode: 0o600 });
  try {
    await encryptFile(work, next);
    await rename(next, file);
  } finally {
    await rm(next, { force: true }); // never a plain key where an encrypted one was asked for
  }
  await placeFile(work.home, filePublic, { text: `${key.publicLine}\n`, mode: 0o644 });
}

/**
 * Keeps that a key of this machine was retired: notes that it signed still count here where no list says who does.
 *
 * @param comment what both keys signed; null where the old one could not.
 */
export async function keepRetired(
  home: string,
  old: Buffer,
  comment: string | null,
): Promise<void> {
  const { retired, rotations } = filesOf(home);
  await mkdir(join(home, 'keys'), { recursive: true, mode: 0o700 });
  if ((await listOwnKeys(home)).every((blob) => !blob.equals(old)))
    await appendFile(retired, `${formatKeyLine(old)}\n`, { mode: 0o600 });
  if (comment !== null) await appendFile(rotations, `${comment}\n`, { mode: 0o600 });
}

/** The comments of all rotations on this machine, oldest first. */
export const readKeptRotations = async (home: string): Promise<readonly string[]> =>
  (await readFile(filesOf(home).rotations, 'utf8').catch(() => '')).split('\n').filter(Boolean);
