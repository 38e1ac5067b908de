// aitrail identity rotate: a new key takes the old one's place. Both sign that it does, and the list of signers gets one
// line more, right below the old key's.
import { join } from 'node:path';
import { addSuccessor } from '../../attest/edit-signers.ts';
import { signRotation } from '../../attest/rotation.ts';
import { fingerprintOf, parseKeyLine } from '../../attest/ssh-key.ts';
import { stateHome } from '../../config/places.ts';
import { findRepository, type Repository } from '../../git/open-repository.ts';
import { readSigningSettings } from '../../git/signing-settings.ts';
import { findGitKey } from '../../identity/git-key.ts';
import { keepRetired, makeNextKey, type NextKey } from '../../identity/next-key.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { RotatedKey } from '../../model/identity.ts';
import type { Signer } from '../../model/signing.ts';
import { alone } from '../alone.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { refuseAgent } from '../session/refuse-agent.ts';
import { SIGNERS_FILE } from '../verify/read-trust.ts';
import { openSigner } from './open-signer.ts';
import { readListFile, writeListFile } from './signers-file.ts';

export interface RotateQuestion {
  /** A private key file of the caller's own; null: a new key of aitrail's. */
  readonly to: string | null;
  /** The old key cannot sign any more. */
  readonly isLost: boolean;
}

/** @throws Fault AGENT_NOT_ALLOWED, NO_SIGNER, SIGNER_LOCKED, KEY_UNREADABLE, USAGE. */
export async function rotateKey(caller: Caller, question: RotateQuestion): Promise<RotatedKey> {
  await refuseAgent(caller, 'identity rotate');
  const home = stateHome(caller.env);
  return alone(join(home, 'keys', 'make.lock'), async () => {
    const repository = await findRepository(caller);
    const policy = await loadPolicy(caller, repository);
    const old = await openSigner(caller, { signing: policy.signing, sigstore: policy.sigstore });
    const next = await openNext(caller, old, question.to);
    const from = blobOf(old);
    const to = blobOf(next.signer);
    if (from.equals(to)) throw new Fault('USAGE', `${fingerprintOf(to)} signs here already`);
    const comment = question.isLost ? null : await crossSign(old, next.signer);
    await next.install();
    await keepRetired(home, from, comment);
    const list = await editList(repository, { from, to }, comment);
    return {
      from: fingerprintOf(from),
      to: fingerprintOf(to),
      setting: next.signer.kind === 'ssh' ? next.signer.place : null,
      list,
      file: SIGNERS_FILE,
      isCrossSigned: comment !== null,
    };
  });
}

const blobOf = ({ publicKey }: Signer): Buffer => parseKeyLine(publicKey)?.blob ?? Buffer.alloc(0);

async function crossSign(old: Signer, next: Signer): Promise<string> {
  try {
    return await signRotation(old, next, new Date().toISOString());
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('SIGNER_LOCKED', `both keys must sign: ${why}`, {
      cause,
      fix: 'unlock the key and try again; if it is gone for good: aitrail identity rotate --lost',
    });
  }
}

async function openNext(caller: Caller, old: Signer, to: string | null): Promise<NextKey> {
  const settings = await readSigningSettings(caller);
  const home = stateHome(caller.env);
  if (to !== null) {
    const named = { ...settings, format: 'ssh', signingKey: to };
    const signer = await findGitKey({ caller, home, settings: named });
    if (signer === null) throw new Fault('KEY_UNREADABLE', `${to} is no SSH key`);
    return { signer, install: () => Promise.resolve() }; // git's settings are the user's
  }
  if (old.kind === 'ssh' || old.kind === 'gpg')
    throw new Fault('USAGE', `git signs with a key of your own (${old.place})`, {
      fix: 'make the next one and name it: ssh-keygen -t ed25519 -f ~/.ssh/id_next, then: aitrail identity rotate --to ~/.ssh/id_next',
    });
  if (old.kind === 'sigstore')
    throw new Fault('USAGE', 'an identity of Sigstore has no key that lasts', {
      fix: 'there is nothing to rotate: each job signs with a key of its own',
    });
  return makeNextKey({ caller, home, email: settings.email }, old.kind);
}

async function editList(
  repository: Repository | null,
  keys: { readonly from: Buffer; readonly to: Buffer },
  comment: string | null,
): Promise<RotatedKey['list']> {
  const text = repository === null ? null : await readListFile(repository);
  if (repository === null || text === null) return 'none';
  const edited = addSuccessor(text, { ...keys, atMs: Date.now() }, comment);
  if (edited === null) return 'unlisted';
  await writeListFile(repository, edited);
  return 'added';
}
