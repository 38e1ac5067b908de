// What a change of keys did, and what to do next.
import type { RevokedKey, RotatedKey, TrustedKey } from '../model/identity.ts';

const COUNTS_THEN = 'it counts for what is committed on top of that';

export function trustedKeyLines({ file, principal, fingerprint, isAdded }: TrustedKey): string {
  if (!isAdded) return `${file}: ${principal} is listed with ${fingerprint} already\n`;
  return `${file}: ${principal} may sign with ${fingerprint}\nnext: git add ${file} && git commit; ${COUNTS_THEN}\n`;
}

export function rotatedLines(rotated: RotatedKey): string {
  const { from, to, setting, file, isCrossSigned } = rotated;
  const lines = [
    `${to} takes the place of ${from}`,
    isCrossSigned
      ? 'both keys signed that; the old one’s notes stay as good as they are'
      : 'the old key did not sign that: until the list names the new one, nobody trusts it',
    ...listLines(rotated),
    setting === null ? '' : `next: git config user.signingkey ${setting}`,
    rotated.list === 'added' ? `next: git add ${file} && git commit` : '',
    rotated.list === 'unlisted' ? 'next: aitrail identity trust' : '',
    isCrossSigned ? '' : `next: aitrail identity revoke ${from} --since TIME`,
  ];
  return `${lines.filter(Boolean).join('\n')}\n`;
}

function listLines({ list, file, from }: RotatedKey): readonly string[] {
  switch (list) {
    case 'added':
      return [`${file}: the new key is listed below the old one`];
    case 'unlisted':
      return [`${file}: ${from} has no line there, so the new key got none`];
    case 'none':
      return [];
  }
}

export const rotatedJson = (rotated: RotatedKey): string =>
  `${JSON.stringify({ schema: 'aitrail.rotated/1', ...rotated }, null, 2)}\n`;

export function revokedLines(revoked: RevokedKey): string {
  const { file, fingerprint, since, isChanged, isOwn, witnesses } = revoked;
  if (!isChanged) return `${file}: ${fingerprint} ended before ${since} already\n`;
  const lines = [
    `${file}: ${fingerprint} counts for nothing after ${since}`,
    witnesses === 0
      ? 'no witness is listed in .aitrail/witnesses: all that it signed becomes untrusted-signer'
      : 'what a witness of .aitrail/witnesses saw before stays verified, all else becomes untrusted-signer',
    `next: git add ${file} && git commit`,
    isOwn ? 'next: aitrail identity rotate; that key signs here' : '',
  ];
  return `${lines.filter(Boolean).join('\n')}\n`;
}

export const revokedJson = (revoked: RevokedKey): string =>
  `${JSON.stringify({ schema: 'aitrail.revoked/1', ...revoked }, null, 2)}\n`;
