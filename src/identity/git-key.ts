// git's own SSH signing key: user.signingkey as a file, `key::…` or a literal, else what gpg.ssh.defaultKeyCommand says.
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { formatKeyLine, parseKeyLine } from '../attest/ssh-key.ts';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import type { Signer, SigningSettings } from '../model/signing.ts';
import { runBounded } from './run-bounded.ts';
import { signThroughKeygen, type KeyPlace } from './ssh-keygen.ts';

const COMMAND_MS_MAX = 900;

export interface GitKeyWork {
  readonly caller: Caller;
  readonly home: string;
  readonly settings: SigningSettings;
}

/** @returns null where git is not set to sign with SSH. @throws Fault KEY_UNREADABLE where it is, with a key that is not there. */
export async function findGitKey(work: GitKeyWork): Promise<Signer | null> {
  const { caller, settings, home } = work;
  if (settings.format !== 'ssh') return null;
  const named = settings.signingKey ?? (await askKeyCommand(work));
  if (named === null) return null;
  const place = placeOf(named, caller);
  const publicLine = place.kind === 'agent' ? place.publicLine : await readPublicLine(work, place);
  const parsed = parseKeyLine(publicLine);
  if (parsed === null)
    throw new Fault('KEY_UNREADABLE', `user.signingkey ${named.slice(0, 100)} is no SSH key`);
  const program = settings.program ?? 'ssh-keygen';
  return {
    kind: 'ssh',
    principal: settings.email,
    publicKey: formatKeyLine(parsed.blob),
    place: place.kind === 'file' ? place.path : 'ssh-agent',
    sign: (message) => signThroughKeygen({ caller, program, home }, place, message),
  };
}

function placeOf(named: string, caller: Caller): KeyPlace {
  const literal = named.startsWith('key::') ? named.slice(5) : named;
  if (literal !== named || /^(ssh-|ecdsa-|sk-)\S+\s+AAAA/.test(named))
    return { kind: 'agent', publicLine: literal.trim() };
  return { kind: 'file', path: expandPath(named, caller) };
}

/** `~/` is the caller's home, as git expands it; what is relative stands in the caller's directory. */
export function expandPath(path: string, caller: Caller): string {
  if (path.startsWith('~/')) return join(caller.env['HOME'] ?? '', path.slice(2));
  return isAbsolute(path) ? path : join(caller.cwd, path);
}

async function readPublicLine(work: GitKeyWork, place: { readonly path: string }): Promise<string> {
  const { path } = place;
  const beside = path.endsWith('.pub') ? path : `${path}.pub`;
  try {
    return (await readFile(beside, 'utf8')).split('\n')[0] ?? '';
  } catch {
    // no public half beside it: ssh-keygen reads it from the private file
  }
  const answer = await runBounded(work.caller, {
    program: 'ssh-keygen',
    args: ['-y', '-P', '', '-f', path],
    stdin: '',
    timeoutMs: COMMAND_MS_MAX,
  });
  if (answer.kind === 'ended' && answer.exit === 0) return answer.out.toString('utf8').trim();
  throw new Fault(
    'KEY_UNREADABLE',
    `user.signingkey ${path}: neither it nor ${beside} can be read`,
  );
}

/** git runs the command through a shell and takes the first line, `key::…` or a public key. */
async function askKeyCommand(work: GitKeyWork): Promise<string | null> {
  const { keyCommand } = work.settings;
  if (keyCommand === null) return null;
  const answer = await runBounded(work.caller, {
    program: 'sh',
    args: ['-c', keyCommand],
    stdin: '',
    timeoutMs: COMMAND_MS_MAX,
  });
  const line = answer.kind === 'ended' ? answer.out.toString('utf8').split('\n')[0]?.trim() : '';
  if (line === undefined || line === '')
    throw new Fault('SIGNER_LOCKED', 'gpg.ssh.defaultKeyCommand named no key', {
      fix: 'load a key into the agent (ssh-add), or set user.signingkey',
    });
  return line;
}
