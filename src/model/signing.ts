// Who signs, and what git's own configuration says about it.

export interface Signer {
  /** `ssh`, `gpg`: git's own key; `keyring`, `file`: a key that aitrail made; `sigstore`: a job's identity. */
  readonly kind: 'ssh' | 'gpg' | 'keyring' | 'file' | 'sigstore';
  /** Mail address that the signer speaks for. */
  readonly principal: string;
  /** `ssh-ed25519 AAAA…`, `openpgp AAAA…`, `sigstore AAAA…`, no comment. */
  readonly publicKey: string;
  /** Where the key lives, in words for people. */
  readonly place: string;
  /** When the key itself ends; absent or null: never. */
  readonly endsAtMs?: number | null;
  /**
   * @returns the binary SSHSIG blob over the message, in aitrail's namespace; OpenPGP: a packet as src/attest/openpgp.ts reads it; Sigstore: a bundle as src/attest/sigstore.ts does.
   * @throws Fault SIGNER_LOCKED where a person would have to act, KEY_UNREADABLE.
   */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
}

/** Whose certificates and log. */
export interface SigstorePlaces {
  /** URLs. */
  readonly fulcio: string;
  readonly rekor: string;
  /** Who says when (RFC 3161); null: the log does, which a Rekor of version 2 does not. */
  readonly timestamp: string | null;
}

/** Those that the project behind Sigstore runs for everybody. */
export const PUBLIC_SIGSTORE: SigstorePlaces = {
  fulcio: 'https://fulcio.sigstore.dev',
  rekor: 'https://rekor.sigstore.dev',
  timestamp: null,
};

/** git's settings about signing; null where unset. Paths as written. */
export interface SigningSettings {
  /** Committer's mail address. */
  readonly email: string;
  /** gpg.format: `openpgp`, `x509`, `ssh`. */
  readonly format: string | null;
  /** user.signingkey. */
  readonly signingKey: string | null;
  /** gpg.ssh.defaultKeyCommand. */
  readonly keyCommand: string | null;
  /** gpg.openpgp.program, or gpg.program. */
  readonly gpgProgram: string | null;
  /** gpg.ssh.program. */
  readonly program: string | null;
  /** gpg.ssh.allowedSignersFile. */
  readonly allowedSignersFile: string | null;
  /** gpg.ssh.revocationFile. */
  readonly revocationFile: string | null;
}
