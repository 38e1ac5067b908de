// Upstream credentials in custody: in the operating system's keyring, else sealed under the vault's key in a file of
// 0600. The file also lists what is in the keyring, by name alone.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import { isObject, parseJson, stringAt } from '../model/json.ts';
import { replaceFile } from '../model/replace-file.ts';
import { readKeyring, removeKeyring, writeKeyring } from './keyring.ts';
import { ensureVaultKey } from './vault-key.ts';

export interface KeptCredential {
  readonly connection: string;
  readonly keeper: 'keyring' | 'file';
}

type Entries = Readonly<Record<string, Readonly<Record<string, string>>>>;

const TAG_BYTES = 16;
const accountOf = (connection: string): string => `credential:${connection}`;
const fileOf = (home: string): string => join(home, 'keys', 'credentials.json');

/** @throws Fault KEY_UNREADABLE. */
export async function keepCredential(
  caller: Caller,
  home: string,
  { connection, value }: { readonly connection: string; readonly value: string },
): Promise<KeptCredential> {
  const entries = await readEntries(home);
  if (await writeKeyring(caller, accountOf(connection), value)) {
    await writeEntries(home, { ...entries, [connection]: { keeper: 'keyring' } });
    return { connection, keeper: 'keyring' };
  }
  const entry = seal(await ensureVaultKey(caller, home), connection, value);
  await writeEntries(home, { ...entries, [connection]: entry });
  return { connection, keeper: 'file' };
}

/** @returns null where none is kept, or the keyring does not give it. @throws Fault KEY_UNREADABLE. */
export async function findCredential(
  caller: Caller,
  home: string,
  connection: string,
): Promise<string | null> {
  const entry = (await readEntries(home))[connection];
  if (entry === undefined || entry['keeper'] === 'keyring')
    return readKeyring(caller, accountOf(connection));
  return unseal(await ensureVaultKey(caller, home), connection, entry);
}

/** @returns false where none was kept. */
export async function removeCredential(
  caller: Caller,
  home: string,
  connection: string,
): Promise<boolean> {
  const { [connection]: entry, ...others } = await readEntries(home);
  if (entry === undefined) return false;
  if (entry['keeper'] === 'keyring') await removeKeyring(caller, accountOf(connection));
  await writeEntries(home, others);
  return true;
}

export async function listCredentials(home: string): Promise<readonly KeptCredential[]> {
  return Object.entries(await readEntries(home)).map(([connection, entry]) => ({
    connection,
    keeper: entry['keeper'] === 'keyring' ? 'keyring' : 'file',
  }));
}

function seal(key: Uint8Array, connection: string, value: string): Entries[string] {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(accountOf(connection))); // entries cannot be swapped in the file
  const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { keeper: 'file', nonce: nonce.toString('base64'), sealed: sealed.toString('base64') };
}

function unseal(key: Uint8Array, connection: string, entry: Entries[string]): string {
  try {
    const nonce = Buffer.from(entry['nonce'] ?? '', 'base64');
    const sealed = Buffer.from(entry['sealed'] ?? '', 'base64');
    const decipher = createDecipheriv('aes-256-gcm', key, nonce);
    decipher.setAAD(Buffer.from(accountOf(connection)));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const text = decipher.update(sealed.subarray(0, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new Fault('KEY_UNREADABLE', `the credential of ${connection} does not open`, {
      cause,
      fix: `set it again: aitrail credentials set ${connection}`,
    });
  }
}

async function readEntries(home: string): Promise<Entries> {
  const file = fileOf(home);
  let text = '{}';
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (!isMissing) throw new Fault('KEY_UNREADABLE', `${file}: cannot be read`, { cause });
  }
  const value = parseJson(text);
  if (!isObject(value)) throw new Fault('KEY_UNREADABLE', `${file}: not what aitrail wrote`);
  return Object.fromEntries(
    Object.entries(value).map(([connection, entry]) => [
      connection,
      {
        keeper: stringAt(entry, 'keeper') ?? '',
        nonce: stringAt(entry, 'nonce') ?? '',
        sealed: stringAt(entry, 'sealed') ?? '',
      },
    ]),
  );
}

async function writeEntries(home: string, entries: Entries): Promise<void> {
  const file = fileOf(home);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await replaceFile(file, `${JSON.stringify(entries, null, 1)}\n`, 0o600);
}
