// Who signs, and what git's own configuration says about it.

export interface Signer {
  /** `ssh`: git's own key; `keyring`, `file`: a key that aitrail made. */
  readonly kind: 'ssh' | 'keyring' | 'file';
  /** Mail address that the signer speaks for. */
  readonly principal: string;
  /** `ssh-ed25519 AAAA…`, no comment. */
  readonly publicKey: string;
  /** Where the key lives, in words for people. */
  readonly place: string;
  /**
   * @returns the binary SSHSIG blob over the message, in aitrail's namespace.
   * @throws Fault SIGNER_LOCKED where a person would have to act, KEY_UNREADABLE.
   */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
}

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
  /** gpg.ssh.program. */
  readonly program: string | null;
  /** gpg.ssh.allowedSignersFile. */
  readonly allowedSignersFile: string | null;
  /** gpg.ssh.revocationFile. */
  readonly revocationFile: string | null;
}
