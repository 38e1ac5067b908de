// The vault's key: in the operating system's keyring, else in a file of 0600, wrapped under the passphrase that
// AITRAIL_PASSPHRASE_FILE names. It never lies in the store.
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../model/make-folder.ts';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import { isObject, parseJson, stringAt } from '../model/json.ts';
import { readKeyring, writeKeyring } from './keyring.ts';

const ACCOUNT = 'vault-key';
const KEY_BYTES = 32;
/** About 64 MiB and a tenth of a second: once per command. */
const SCRYPT = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 } as const;

/** The key, made at the first use. @throws Fault KEY_UNREADABLE. */
export async function ensureVaultKey(caller: Caller, home: string): Promise<Uint8Array> {
  const known = await findVaultKey(caller, home);
  if (known !== null) return known;
  const key = randomBytes(KEY_BYTES);
  if (await writeKeyring(caller, ACCOUNT, key.toString('base64'))) return key;
  const file = vaultFile(home);
  makeFolder(dirname(file));
  const passphrase = await readPassphrase(caller);
  const text = passphrase === null ? { key: key.toString('base64') } : wrap(key, passphrase);
  try {
    await writeFile(file, `${JSON.stringify(text)}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    // another process made it in the meantime: that one counts
    const theirs = await findVaultKey(caller, home);
    if (theirs !== null) return theirs;
    throw new Fault('KEY_UNREADABLE', `vault key ${file}: cannot be written`, { cause });
  }
  return key;
}

/** @returns null where none was made. @throws Fault KEY_UNREADABLE. */
export async function findVaultKey(caller: Caller, home: string): Promise<Uint8Array | null> {
  const kept = await readKeyring(caller, ACCOUNT);
  if (kept !== null) return checked(Buffer.from(kept, 'base64'), 'the keyring');
  const file = vaultFile(home);
  const text = await readOrNull(file);
  if (text === null) return null;
  const value = parseJson(text);
  const plain = stringAt(value, 'key');
  if (plain !== null) return checked(Buffer.from(plain, 'base64'), file);
  const passphrase = await readPassphrase(caller);
  if (passphrase === null)
    throw new Fault('KEY_UNREADABLE', `vault key ${file}: it needs a passphrase`, {
      fix: 'name a file that holds it: AITRAIL_PASSPHRASE_FILE=FILE',
    });
  return unwrap(value, passphrase, file);
}

const vaultFile = (home: string): string => join(home, 'keys', 'vault.key');

function wrap(key: Uint8Array, passphrase: string): Readonly<Record<string, string>> {
  const [salt, nonce] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, SCRYPT), nonce);
  const sealed = Buffer.concat([cipher.update(key), cipher.final(), cipher.getAuthTag()]);
  return {
    salt: salt.toString('base64'),
    nonce: nonce.toString('base64'),
    sealed: sealed.toString('base64'),
  };
}

function unwrap(value: unknown, passphrase: string, file: string): Uint8Array {
  const bytesAt = (name: string): Buffer => Buffer.from(stringAt(value, name) ?? '', 'base64');
  try {
    if (!isObject(value)) throw new TypeError('not an object');
    const key = scryptSync(passphrase, bytesAt('salt'), 32, SCRYPT);
    const decipher = createDecipheriv('aes-256-gcm', key, bytesAt('nonce'));
    const sealed = bytesAt('sealed');
    decipher.setAuthTag(sealed.subarray(-16));
    const opened = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    return checked(opened, file);
  } catch (cause) {
    throw new Fault('KEY_UNREADABLE', `vault key ${file}: the passphrase does not open it`, {
      cause,
    });
  }
}

function checked(key: Uint8Array, place: string): Uint8Array {
  if (key.length === KEY_BYTES) return key;
  throw new Fault('KEY_UNREADABLE', `vault key in ${place}: not ${KEY_BYTES} bytes`);
}

async function readPassphrase(caller: Caller): Promise<string | null> {
  const file = caller.env['AITRAIL_PASSPHRASE_FILE'] ?? '';
  if (file === '') return null;
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (cause) {
    throw new Fault('KEY_UNREADABLE', `passphrase file ${file}: cannot be read`, { cause });
  }
}

async function readOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (thrown) {
    const isMissing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    if (isMissing) return null;
    throw new Fault('KEY_UNREADABLE', `vault key ${file}: cannot be read`, { cause: thrown });
  }
}
