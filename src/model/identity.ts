// The answers of `aitrail identity`, for printing.
import type { Signer } from './signing.ts';

export interface IdentityView extends Pick<Signer, 'kind' | 'principal' | 'publicKey' | 'place'> {
  /** `SHA256:…` */
  readonly fingerprint: string;
  /** Would a commit of this signer verify, by the list at HEAD? */
  readonly isTrusted: boolean;
  /** Where the list came from, in words. */
  readonly trustedBy: string;
}

export interface TrustedSigner {
  readonly principals: readonly string[];
  /** Key type and `SHA256:…`. */
  readonly type: string;
  readonly fingerprint: string;
  readonly isAuthority: boolean;
  readonly namespaces: readonly string[];
  /** RFC 3339, null where open. */
  readonly validAfter: string | null;
  readonly validBefore: string | null;
}

export interface TrustedList {
  readonly from: string;
  readonly signers: readonly TrustedSigner[];
}
