// Signing through ssh-keygen: the agent, encrypted keys and hardware keys come with it. It never asks: what needs a
// person is SIGNER_LOCKED, and the commit's note waits.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dearmorSshsig } from '../attest/sshsig.ts';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import { SIGNATURE_NAMESPACE } from '../model/statement.ts';
import { runBounded, type BoundedAnswer } from './run-bounded.ts';
import { signMsMax } from '../model/sign-wait.ts';

const ASKPASS = '#!/bin/sh\nexec cat "$AITRAIL_PASSPHRASE_FILE"\n';

export type KeyPlace =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'agent'; readonly publicLine: string }; // the private half is in the agent

export interface KeygenWork {
  readonly caller: Caller;
  /** `ssh-keygen`, or what gpg.ssh.program names. */
  readonly program: string;
  /** State directory: the askpass helper is kept there. */
  readonly home: string;
}

/** @returns the binary SSHSIG blob. @throws Fault SIGNER_LOCKED, KEY_UNREADABLE. */
export async function signThroughKeygen(
  work: KeygenWork,
  key: KeyPlace,
  message: Uint8Array,
): Promise<Buffer> {
  if (key.kind === 'file') return signWith(work, ['-f', key.path], message);
  const dir = await mkdtemp(join(tmpdir(), 'aitrail-key-'));
  try {
    const path = join(dir, 'key.pub');
    await writeFile(path, `${key.publicLine}\n`, { mode: 0o600 });
    return await signWith(work, ['-f', path, '-U'], message);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function signWith(
  work: KeygenWork,
  keyArgs: readonly string[],
  message: Uint8Array,
): Promise<Buffer> {
  const answer = await runBounded(work.caller, {
    program: work.program,
    args: ['-Y', 'sign', '-n', SIGNATURE_NAMESPACE, ...keyArgs],
    stdin: message,
    timeoutMs: signMsMax(work.caller),
    env: await askpassEnv(work),
  });
  const name = keyArgs[1] ?? '';
  if (answer.kind !== 'ended' || answer.exit !== 0) throw refusalOf(answer, work.program, name);
  const blob = dearmorSshsig(answer.out.toString('latin1'));
  if (blob === null)
    throw new Fault('KEY_UNREADABLE', `${work.program} gave no SSH signature for ${name}`);
  return blob;
}

function refusalOf(answer: BoundedAnswer, program: string, key: string): Fault {
  if (answer.kind === 'missing')
    return new Fault('KEY_UNREADABLE', `${program} cannot be started: ${answer.why}`, {
      fix: 'install OpenSSH 8.2 or newer, or correct gpg.ssh.program',
    });
  if (answer.kind === 'timeout')
    return new Fault('SIGNER_LOCKED', `the signing key ${key} waits for a touch or a passphrase`);
  const why = answer.err.split('\n').at(-1) ?? '';
  const isLocked = /passphrase|agent|confirm|presence|touch|device not found|refused/i.test(why);
  return new Fault(isLocked ? 'SIGNER_LOCKED' : 'KEY_UNREADABLE', `the signing key ${key}: ${why}`);
}

/** With a passphrase file ssh-keygen gets the passphrase from it; without one it can ask nobody. */
export async function askpassEnv(
  work: Pick<KeygenWork, 'caller' | 'home'>,
): Promise<Readonly<Record<string, string | undefined>>> {
  if ((work.caller.env['AITRAIL_PASSPHRASE_FILE'] ?? '') === '')
    return { SSH_ASKPASS: undefined, SSH_ASKPASS_REQUIRE: 'never', DISPLAY: undefined };
  const path = join(work.home, 'keys', 'askpass');
  await mkdir(join(work.home, 'keys'), { recursive: true, mode: 0o700 });
  await writeFile(path, ASKPASS, { mode: 0o700 });
  await chmod(path, 0o700);
  return { SSH_ASKPASS: path, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: 'none' };
}
