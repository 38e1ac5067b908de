// Who signs: git's own SSH key, else aitrail's key in the keyring, else its key file. `signing:` of the policy narrows.
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import type { Policy } from '../model/policy.ts';
import type { Signer, SigningSettings } from '../model/signing.ts';
import { findGitKey } from './git-key.ts';
import { findFileKey, findKeyringKey, makeFileKey, makeKeyringKey } from './own-key.ts';

export interface SignerWork {
  readonly caller: Caller;
  /** State directory. */
  readonly home: string;
  readonly settings: SigningSettings;
  readonly signing: Policy['signing'];
}

/** @throws Fault NO_SIGNER where no key is there, KEY_UNREADABLE where git's key is named and cannot be read. */
export async function pickSigner(work: SignerWork): Promise<Signer> {
  const found = await findSigner(work);
  if (found !== null) return found;
  throw new Fault('NO_SIGNER', `there is no signing key (signing: ${work.signing})`, {
    fix:
      work.signing === 'ssh'
        ? 'git config gpg.format ssh && git config user.signingkey ~/.ssh/id_ed25519.pub'
        : 'make a key: aitrail init',
  });
}

async function findSigner(work: SignerWork): Promise<Signer | null> {
  const own = { caller: work.caller, home: work.home, email: work.settings.email };
  switch (work.signing) {
    case 'ssh':
      return findGitKey(work);
    case 'keyring':
      return findKeyringKey(own);
    case 'file':
      return findFileKey(own);
    case 'auto':
      return (await findGitKey(work)) ?? (await findKeyringKey(own)) ?? (await findFileKey(own));
  }
}

/**
 * Finds the signer, or makes a key of aitrail's own.
 *
 * @returns null only for `signing: ssh` without a key, `keyring` without a keyring: there is nothing to make then.
 */
export async function ensureSigner(
  work: SignerWork,
): Promise<{ readonly signer: Signer; readonly isNew: boolean } | null> {
  const found = await findSigner(work);
  if (found !== null) return { signer: found, isNew: false };
  const own = { caller: work.caller, home: work.home, email: work.settings.email };
  if (work.signing === 'ssh') return null;
  const kept = work.signing === 'file' ? null : await makeKeyringKey(own);
  const made = kept ?? (work.signing === 'keyring' ? null : await makeFileKey(own));
  return made === null ? null : { signer: made, isNew: true };
}
