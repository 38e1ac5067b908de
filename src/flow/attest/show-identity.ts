// aitrail identity show, list: who signs here, and who is trusted at HEAD.
import { parseAllowedSigners, type AllowedSigner } from '../../attest/allowed-signers.ts';
import { fingerprintOf, formatKeyLine, parseKeyLine } from '../../attest/ssh-key.ts';
import { judgeNamed, type Trust } from '../../attest/trust.ts';
import { openObjects } from '../../git/objects.ts';
import { findRepository, openRepository, type Repository } from '../../git/open-repository.ts';
import { isTouchKey } from '../../identity/pick-signer.ts';
import type { Caller } from '../../model/caller.ts';
import type { IdentityView, TrustedList, TrustedSigner } from '../../model/identity.ts';
import type { Policy } from '../../model/policy.ts';
import type { Signer } from '../../model/signing.ts';
import { SIGNATURE_NAMESPACE } from '../../model/statement.ts';
import { describeTrust } from '../verify/describe-trust.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { openSigner } from './open-signer.ts';
import { readTrust } from '../verify/read-trust.ts';

/** Works outside a repository too. @throws Fault NO_SIGNER, NO_IDENTITY, KEY_UNREADABLE. */
export async function showIdentity(caller: Caller): Promise<IdentityView> {
  const repository = await findRepository(caller);
  const policy: Policy = await loadPolicy(caller, repository);
  // shown also where requireTouch refuses it: it has to be named to be replaced
  const signer = await openSigner(caller, { signing: policy.signing, sigstore: policy.sigstore });
  const isFit = !policy.requiresTouch || isTouchKey(signer);
  const trust = repository === null ? null : await readTrustAtHead(repository);
  const { kind, principal, publicKey, place } = signer;
  return {
    kind,
    principal,
    publicKey,
    place,
    fingerprint: fingerprintOf(blobOf(signer)),
    endsAt: timeOf(signer.endsAtMs ?? null),
    isTrusted: isFit && trust !== null && isTrusted(trust, signer),
    trustedBy: trust === null ? 'nobody: not in a repository' : describeTrust(trust.source),
  };
}

const blobOf = (signer: Signer): Buffer => parseKeyLine(signer.publicKey)?.blob ?? Buffer.alloc(0);

const isTrusted = (trust: Trust, signer: Signer): boolean =>
  judgeNamed(trust, {
    publicKey: blobOf(signer),
    committer: signer.principal,
    namespace: SIGNATURE_NAMESPACE,
    atMs: Date.now(),
  }).kind === 'trusted';

async function readTrustAtHead(repository: Repository): Promise<Trust> {
  const objects = openObjects(repository.caller);
  try {
    const head = await objects.read('HEAD^{commit}');
    return await readTrust(repository, objects, head?.oid ?? null);
  } finally {
    objects.close();
  }
}

/** @throws Fault NOT_A_REPOSITORY. */
export async function listTrusted(caller: Caller): Promise<TrustedList> {
  const trust = await readTrustAtHead(await openRepository(caller));
  const own = trust.ownKeys.map((blob) => formatKeyLine(blob));
  const signers = [
    ...trust.signers,
    // this machine's keys as a list of their own would say it
    ...parseAllowedSigners(own.map((line) => `* ${line}`).join('\n')).signers,
  ];
  return { from: describeTrust(trust.source), signers: signers.map(viewSigner) };
}

const viewSigner = (signer: AllowedSigner): TrustedSigner => ({
  principals: signer.principals,
  type: formatKeyLine(signer.blob).split(' ')[0] ?? '',
  fingerprint: fingerprintOf(signer.blob),
  isAuthority: signer.isAuthority,
  namespaces: signer.namespaces,
  validAfter: timeOf(signer.validAfterMs),
  validBefore: timeOf(signer.validBeforeMs),
});

const timeOf = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString();
