// A signature of an envelope, of any kind: SSH's, OpenPGP's, Sigstore's. Each brings its key along.
import { settle, type Checking } from '../model/signature-claim.ts';
import { checkingOpenpgp, parseOpenpgp } from './openpgp.ts';
import { checkingSigstore, parseSigstore } from './sigstore.ts';
import { checkingSshsig, parseSshsig, type SignatureCheck } from './sshsig.ts';

export interface OpenedSignature {
  /** Key blob, certificate blob, or the name of an OpenPGP key (openpgp.ts) or of an identity (sigstore.ts). */
  readonly publicKey: Buffer;
  /** Checks the signature alone: who the key belongs to is trust.ts's question. */
  readonly check: (message: Uint8Array, namespace: string) => SignatureCheck;
  /** The same, for whoever has many. */
  readonly checking: (message: Uint8Array, namespace: string) => Checking<SignatureCheck>;
}

/** @returns null where the bytes are none of them. */
export function openSignature(blob: Uint8Array): OpenedSignature | null {
  const ssh = parseSshsig(blob);
  if (ssh !== null) return opened(ssh.publicKey, (...asked) => checkingSshsig(ssh, ...asked));
  const sigstore = parseSigstore(blob);
  if (sigstore !== null)
    return opened(sigstore.publicKey, (message) => checkingSigstore(sigstore, message));
  const openpgp = parseOpenpgp(blob);
  if (openpgp === null) return null;
  return opened(openpgp.publicKey, (...asked) => checkingOpenpgp(openpgp, ...asked));
}

const opened = (publicKey: Buffer, checking: OpenedSignature['checking']): OpenedSignature => ({
  publicKey,
  checking,
  check: (...asked) => settle(checking(...asked)),
});
