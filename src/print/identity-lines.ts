// aitrail identity, for people and for programs.
import type { IdentityView, TrustedList, TrustedSigner } from '../model/identity.ts';

const KINDS = {
  gpg: "git's own OpenPGP key",
  ssh: "git's own SSH key",
  keyring: "aitrail's key in the system's keyring",
  file: "aitrail's key file",
  sigstore: "the job's identity, certified by Sigstore",
} as const satisfies Record<IdentityView['kind'], string>;

export function identityLines(view: IdentityView): string {
  const rows = [
    ['signs as', view.principal],
    ['with', `${KINDS[view.kind]} (${view.place})`],
    ['key', view.fingerprint],
    ['trusted', view.isTrusted ? `yes, by ${view.trustedBy}` : `no, by ${view.trustedBy}`],
  ];
  const next = view.isTrusted ? '' : `next: aitrail identity trust ${view.fingerprint}\n`;
  return `${rows.map(([name = '', value = '']) => `${name.padEnd(9)} ${value}\n`).join('')}${next}`;
}

export const identityJson = (view: IdentityView): string =>
  `${JSON.stringify({ schema: 'aitrail.identity/1', ...view }, null, 2)}\n`;

export function trustedLines(list: TrustedList): string {
  const rows = list.signers.map(
    (signer) => `${signer.principals.join(',')}  ${keyWords(signer)}\n`,
  );
  return `trusted signers: ${list.from}\n${rows.join('')}`;
}

function keyWords(signer: TrustedSigner): string {
  const words = [
    signer.type,
    signer.fingerprint,
    signer.isAuthority ? 'certificate authority' : '',
    signer.validAfter === null ? '' : `from ${signer.validAfter}`,
    signer.validBefore === null ? '' : `until ${signer.validBefore}`,
    signer.namespaces.length === 0 ? '' : `for ${signer.namespaces.join(',')}`,
  ];
  return words.filter(Boolean).join('  ');
}

export const trustedJson = (list: TrustedList): string =>
  `${JSON.stringify({ schema: 'aitrail.signers/1', ...list }, null, 2)}\n`;
