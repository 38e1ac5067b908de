// The caller's signer: git's settings, then the keys on this machine.
import { join } from 'node:path';
import { stateHome } from '../../config/places.ts';
import { readSigningSettings } from '../../git/signing-settings.ts';
import { readCiEnvironment } from '../../identity/ci-facts.ts';
import { ensureSigner, fixOf, pickSigner, type SignerWork } from '../../identity/pick-signer.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { SigningPolicy } from '../../model/policy.ts';
import { PUBLIC_SIGSTORE, type Signer } from '../../model/signing.ts';
import { alone } from '../alone.ts';

async function gather(caller: Caller, wanted: SigningPolicy): Promise<SignerWork> {
  return {
    caller,
    home: stateHome(caller.env),
    settings: await readSigningSettings(caller),
    signing: wanted.signing,
    sigstore: wanted.sigstore ?? PUBLIC_SIGSTORE,
    // a job of CI touches nothing: it signs as a role, which is exempt
    needsTouch: wanted.requiresTouch === true && readCiEnvironment(caller.env) === null,
  };
}

/** @throws Fault NO_IDENTITY, NO_SIGNER, TOUCH_REQUIRED, KEY_UNREADABLE. */
export async function openSigner(caller: Caller, wanted: SigningPolicy): Promise<Signer> {
  return pickSigner(await gather(caller, wanted));
}

/** For init: finds the signer or makes a key. @throws Fault NO_IDENTITY, NO_SIGNER, TOUCH_REQUIRED, KEY_UNREADABLE. */
export async function ensureIdentity(
  caller: Caller,
  wanted: SigningPolicy,
): Promise<{ readonly signer: Signer; readonly isNew: boolean }> {
  const { signing } = wanted;
  const work = await gather(caller, wanted);
  // two that make a key at once would leave the private half of one and the public half of the other
  const ensured = await alone(join(work.home, 'keys', 'make.lock'), () => ensureSigner(work));
  if (ensured !== null) return ensured;
  throw new Fault('NO_SIGNER', `signing: ${signing} is set, and there is no such key`, {
    fix: fixOf(signing),
  });
}
