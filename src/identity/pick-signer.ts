// Who signs: git's own key, SSH or OpenPGP, else aitrail's key in the keyring, else its key file. `signing:` of the policy
// narrows, or names Sigstore.
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import type { Policy } from '../model/policy.ts';
import type { Signer, SigningSettings, SigstorePlaces } from '../model/signing.ts';
import { findGitKey, type GitKeyWork } from './git-key.ts';
import { findGpgKey } from './gpg-key.ts';
import { findSigstoreKey } from './sigstore-key.ts';
import { findFileKey, findKeyringKey, makeFileKey, makeKeyringKey } from './own-key.ts';

export interface SignerWork {
  readonly caller: Caller;
  /** State directory. */
  readonly home: string;
  readonly settings: SigningSettings;
  readonly signing: Policy['signing'];
  readonly sigstore: SigstorePlaces;
  /** A key that signs without a touch is none. */
  readonly needsTouch: boolean;
}

/** @throws Fault NO_SIGNER where no key is there, TOUCH_REQUIRED, KEY_UNREADABLE where git's key is named and cannot be read. */
export async function pickSigner(work: SignerWork): Promise<Signer> {
  const found = await findSigner(work);
  if (found !== null) return refuseUntouched(work, found);
  throw new Fault('NO_SIGNER', `there is no signing key (signing: ${work.signing})`, {
    fix: fixOf(work.signing),
  });
}

/** What makes such a key. */
export function fixOf(signing: Policy['signing']): string {
  switch (signing) {
    case 'ssh':
      return 'git config gpg.format ssh && git config user.signingkey ~/.ssh/id_ed25519.pub';
    case 'sigstore':
      return 'let the job have an identity token: `permissions: id-token: write` (GitHub), `id_tokens: SIGSTORE_ID_TOKEN` with the audience sigstore (GitLab)';
    case 'keyring':
      return 'unlock or install a keyring, or set signing: auto';
    case 'gpg':
      return 'git config user.signingkey FINGERPRINT (gpg --list-secret-keys)';
    case 'auto':
    case 'file':
      return 'make a key: aitrail init';
  }
}

const FIX_TOUCH =
  'make a FIDO key (ssh-keygen -t ed25519-sk), let git sign with it (git config gpg.format ssh && git config user.signingkey ~/.ssh/id_ed25519_sk.pub), then: aitrail identity trust';

function refuseUntouched({ needsTouch }: SignerWork, signer: Signer): Signer {
  if (!needsTouch || isTouchKey(signer)) return signer;
  throw new Fault(
    'TOUCH_REQUIRED',
    `requireTouch asks for a FIDO key, and ${signer.place} holds none`,
    { fix: FIX_TOUCH },
  );
}

/** Plain or certified. */
export const isTouchKey = ({ publicKey }: Pick<Signer, 'publicKey'>): boolean =>
  publicKey.startsWith('sk-');

async function findSigner(work: SignerWork): Promise<Signer | null> {
  const own = { caller: work.caller, home: work.home, email: work.settings.email };
  switch (work.signing) {
    case 'ssh':
      return findGitKey(work);
    case 'gpg':
      return findGpgKey(work, true);
    case 'sigstore':
      return findSigstoreKey({
        caller: work.caller,
        email: work.settings.email,
        places: work.sigstore,
      });
    case 'keyring':
      return findKeyringKey(own);
    case 'file':
      return findFileKey(own);
    case 'auto':
      return (
        (await findConfigured(work)) ?? (await findKeyringKey(own)) ?? (await findFileKey(own))
      );
  }
}

/** The key that git's own settings name. */
export const findConfigured = async (work: GitKeyWork): Promise<Signer | null> =>
  (await findGitKey(work)) ?? (await findGpgKey(work, false));

/**
 * Finds the signer, or makes a key of aitrail's own.
 *
 * @returns null only for `signing: ssh`, `gpg` or `sigstore` without a key, `keyring` without a keyring: there is nothing to make then.
 */
export async function ensureSigner(
  work: SignerWork,
): Promise<{ readonly signer: Signer; readonly isNew: boolean } | null> {
  const found = await findSigner(work);
  if (found !== null) return { signer: refuseUntouched(work, found), isNew: false };
  if (work.needsTouch)
    throw new Fault('TOUCH_REQUIRED', 'requireTouch asks for a FIDO key, and git names none', {
      fix: FIX_TOUCH,
    });
  const own = { caller: work.caller, home: work.home, email: work.settings.email };
  if (['ssh', 'gpg', 'sigstore'].includes(work.signing)) return null;
  const kept = work.signing === 'file' ? null : await makeKeyringKey(own);
  const made = kept ?? (work.signing === 'keyring' ? null : await makeFileKey(own));
  return made === null ? null : { signer: made, isNew: true };
}
