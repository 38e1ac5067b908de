// The answers of `aitrail identity`, for printing.
import type { Signer } from './signing.ts';

export interface IdentityView extends Pick<Signer, 'kind' | 'principal' | 'publicKey' | 'place'> {
  /** `SHA256:…` */
  readonly fingerprint: string;
  /** When the key itself ends, RFC 3339; null: never. */
  readonly endsAt: string | null;
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

export interface RotatedKey {
  /** Fingerprints. */
  readonly from: string;
  readonly to: string;
  /** What git must be told to sign with the new key; null where nothing. */
  readonly setting: string | null;
  /** `added`: the list of this repository names the new key. `unlisted`: it does not name the old one. */
  readonly list: 'added' | 'unlisted' | 'none';
  readonly file: string;
  readonly isCrossSigned: boolean;
}

export interface RevokedKey {
  readonly fingerprint: string;
  /** RFC 3339. */
  readonly since: string;
  readonly file: string;
  /** False where the list ended it earlier. */
  readonly isChanged: boolean;
  /** Is it the key that signs here? */
  readonly isOwn: boolean;
  /** How many witnesses the repository trusts. */
  readonly witnesses: number;
}

export interface TrustedKey {
  readonly principal: string;
  readonly fingerprint: string;
  /** Repository-relative. */
  readonly file: string;
  /** False where the list had it already. */
  readonly isAdded: boolean;
}
