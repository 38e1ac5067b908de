// The real credential of a connection in custody, read where policy says, never written anywhere.
import { readFile } from 'node:fs/promises';
import { findCredential } from '../../identity/credentials.ts';
import { runBounded } from '../../identity/run-bounded.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { Connection, CredentialSource } from '../../model/policy.ts';

/** A helper of a password manager may ask its own agent; it may not keep requests waiting for ever. */
const COMMAND_TIMEOUT_MS = 10_000;
/** A helper is not started for every request. */
const COMMAND_FRESH_MS = 60_000;

export type CredentialReader = (
  holder: Pick<Connection, 'name' | 'credential'>,
) => Promise<string | null>;

/** @param caller the daemon's own. @returns a reader that gives null where nothing is in custody and throws Fault. */
export function openCredentials(caller: Caller, home: string): CredentialReader {
  const fresh = new Map<string, { readonly value: string; readonly untilMs: number }>();
  return async ({ name, credential }) => {
    if (credential === null) return null;
    const key = JSON.stringify([name, credential]);
    const known = fresh.get(key);
    if (known !== undefined && Date.now() < known.untilMs) return known.value;
    const value = (await read(caller, home, { name, credential }))?.trim() ?? '';
    if (value === '' || /[\r\n]/.test(value)) throw missing(name, credential);
    if (credential.kind === 'command')
      fresh.set(key, { value, untilMs: Date.now() + COMMAND_FRESH_MS });
    return value;
  };
}

async function read(
  caller: Caller,
  home: string,
  { name, credential }: { readonly name: string; readonly credential: CredentialSource },
): Promise<string | null> {
  switch (credential.kind) {
    case 'keyring':
      return findCredential(caller, home, name);
    case 'env':
      return caller.env[credential.name] ?? null;
    case 'file':
      return readFile(credential.path, 'utf8').catch(() => null);
    case 'command': {
      const call = { program: 'sh', args: ['-c', credential.command], stdin: '' };
      const ran = await runBounded(caller, { ...call, timeoutMs: COMMAND_TIMEOUT_MS });
      return ran.kind === 'ended' && ran.exit === 0 ? ran.out.toString('utf8') : null;
    }
  }
}

const missing = (name: string, credential: CredentialSource): Fault =>
  new Fault(
    'CREDENTIAL_MISSING',
    `the credential of ${name} is not there: ${placeOf(credential)}`,
    {
      fix:
        credential.kind === 'keyring'
          ? `keep it: aitrail credentials set ${name}`
          : 'correct credential: in your own configuration; a variable must be set where the daemon starts',
    },
  );

function placeOf(credential: CredentialSource): string {
  switch (credential.kind) {
    case 'keyring':
      return 'nothing is kept';
    case 'env':
      return `${credential.name} is not set`;
    case 'file':
      return `${credential.path} cannot be read or is empty`;
    case 'command':
      return 'its command gave nothing';
  }
}
