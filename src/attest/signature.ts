// A signature of an envelope, of either kind: SSH's, or OpenPGP's. Both bring their key along.
import { checkOpenpgp, parseOpenpgp } from './openpgp.ts';
import { checkSshsig, parseSshsig, type SignatureCheck } from './sshsig.ts';

export interface OpenedSignature {
  /** Key blob, certificate blob, or the name of an OpenPGP key (openpgp.ts). */
  readonly publicKey: Buffer;
  /** Checks the signature alone: who the key belongs to is trust.ts's question. */
  readonly check: (message: Uint8Array, namespace: string) => SignatureCheck;
}

/** @returns null where the bytes are neither. */
export function openSignature(blob: Uint8Array): OpenedSignature | null {
  const ssh = parseSshsig(blob);
  if (ssh !== null) {
    const check: OpenedSignature['check'] = (message, namespace) =>
      checkSshsig(ssh, message, namespace);
    return { publicKey: ssh.publicKey, check };
  }
  const openpgp = parseOpenpgp(blob);
  if (openpgp === null) return null;
  return {
    publicKey: openpgp.publicKey,
    check: (message, namespace) => checkOpenpgp(openpgp, message, namespace),
  };
}
