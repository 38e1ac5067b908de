// The operating system's keyring. None is a normal case (CI, containers, ssh): every function answers null then.
import { execPath } from 'node:process';
import type { Caller } from '../model/caller.ts';
import { signMsMax } from '../model/sign-wait.ts';
import { runBounded } from './run-bounded.ts';

const SERVICE = 'aitrail';
/** A locked keyring may open a dialogue and wait for it: a commit does not. */
const WAIT_MS_MAX = 800;

/**
 * Linux: the Secret Service only, as the kernel's keyring forgets at every boot. The library finds it through this
 * process's own session bus, so a caller without one has no keyring.
 */
export const hasKeyring = (caller: Caller): boolean =>
  process.platform !== 'linux' || (caller.env['DBUS_SESSION_BUS_ADDRESS'] ?? '') !== '';

/** @returns the value kept under the account; null where there is no keyring, no such value, or it stays locked. */
export async function readKeyring(caller: Caller, account: string): Promise<string | null> {
  if (!hasKeyring(caller)) return null;
  try {
    const entry = await openEntry(account);
    return (await entry.getPassword(AbortSignal.timeout(WAIT_MS_MAX))) ?? null;
  } catch {
    return null; // no keyring, or locked: the caller says what that means
  }
}

/** Prints the value, in a process that can be ended: the library's calls cannot, once they wait for a dialogue. */
const ASK = `
const [library, service, account] = process.argv.slice(1);
const { AsyncEntry } = await import(library);
const entry = new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
process.stdout.write((await entry.getPassword()) ?? '');
`;

/** The same in the time that a commit has for its signature. */
export async function readKeyringInTime(caller: Caller, account: string): Promise<string | null> {
  if (!hasKeyring(caller)) return null;
  const library = import.meta.resolve('@napi-rs/keyring');
  const answer = await runBounded(caller, {
    program: execPath,
    args: ['--input-type=module', '--eval', ASK, '--', library, SERVICE, account],
    stdin: '',
    timeoutMs: signMsMax(caller),
  });
  const value = answer.kind === 'ended' && answer.exit === 0 ? answer.out.toString('utf8') : '';
  return value === '' ? null : value;
}

/** @returns false where there is no keyring that keeps it. */
export async function writeKeyring(
  caller: Caller,
  account: string,
  value: string,
): Promise<boolean> {
  if (!hasKeyring(caller)) return false;
  try {
    const entry = await openEntry(account);
    await entry.setPassword(value);
    return (await entry.getPassword()) === value;
  } catch {
    return false; // as above
  }
}

/** Does nothing where there is no such value. */
export async function removeKeyring(caller: Caller, account: string): Promise<void> {
  if (!hasKeyring(caller)) return;
  try {
    await (await openEntry(account)).deleteCredential();
  } catch {
    // no keyring, or gone already
  }
}

async function openEntry(account: string): Promise<{
  getPassword: (signal?: AbortSignal) => Promise<string | null | undefined>;
  setPassword: (value: string) => Promise<void>;
  deleteCredential: () => Promise<unknown>;
}> {
  const { AsyncEntry } = await import('@napi-rs/keyring');
  return new AsyncEntry(SERVICE, account, { linux: { store: 'secret-service' } });
}
