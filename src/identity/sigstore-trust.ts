// Does a Sigstore bundle prove who signed? The certificate must chain to an authority of the trusted root, be promised to its
// certificate log, and the signature must stand in its transparency log at a time when the certificate was valid. All of it
// offline: the root is a file.
import type * as Verify from '@sigstore/verify';
import type * as Form from '@sigstore/bundle';
import type * as Specs from '@sigstore/protobuf-specs';
import type { KeylessProof } from '../attest/sigstore.ts';
import { Fault } from '../model/fault.ts';
import { parseJson } from '../model/json.ts';

/** Says why not, null where it does. Never throws. */
export type IdentityProver = (proof: KeylessProof) => string | null;

/**
 * @param root JSON of a TrustedRoot (protobuf-specs, sigstore_trustroot.proto). @param name of its file, for people.
 * @throws Fault PEER_MISSING, KEY_UNREADABLE.
 */
export async function openIdentityProver(root: string, name: string): Promise<IdentityProver> {
  const { verify, bundle: form, specs } = await loadSdk();
  const material = readMaterial();
  const verifier = new verify.Verifier(material);
  return ({ bundle, message }) => {
    try {
      const read = form.bundleFromJSON(parseJson(bundle.toString('utf8')));
      verifier.verify(verify.toSignedEntity(read, Buffer.from(message)));
      return null;
    } catch (thrown) {
      return `Sigstore: ${thrown instanceof Error ? thrown.message.slice(0, 200) : 'it cannot be read'}`;
    }
  };

  function readMaterial(): ReturnType<typeof verify.toTrustMaterial> {
    try {
      return verify.toTrustMaterial(specs.TrustedRoot.fromJSON(parseJson(root)));
    } catch (cause) {
      throw new Fault('KEY_UNREADABLE', `${name} is no trusted root of Sigstore`, {
        cause,
        fix: 'write it again: cosign trusted-root create, or gh attestation trusted-root',
      });
    }
  }
}

interface Sdk {
  readonly verify: typeof Verify;
  readonly bundle: typeof Form;
  readonly specs: typeof Specs;
}

async function loadSdk(): Promise<Sdk> {
  try {
    const [verify, bundle, specs] = await Promise.all([
      import('@sigstore/verify'),
      import('@sigstore/bundle'),
      import('@sigstore/protobuf-specs'),
    ]);
    return { verify, bundle, specs };
  } catch (cause) {
    throw new Fault(
      'PEER_MISSING',
      'the list of signers names identities of Sigstore, and its packages are not here',
      {
        cause,
        fix: 'install them beside aitrail: npm install --global @sigstore/verify@3 @sigstore/bundle@4 @sigstore/protobuf-specs@0.5',
      },
    );
  }
}
