// Who may attest for whom. Facts come from an allowed_signers file of the base revision, never of the change under test.
import { matchesPatterns, type AllowedSigner } from './allowed-signers.ts';
import { isRevoked, type RevokedKeys } from './revoked-keys.ts';
import type { Rotation } from './rotation.ts';
import { parseCertificate, type SshCertificate } from './ssh-cert.ts';
import { readIdentity, type KeylessProof } from './sigstore.ts';
import { fingerprintOf, parseKeyBlob } from './ssh-key.ts';
import { checkRaw } from './sshsig.ts';

/** Where the list of trusted signers came from. */
export type TrustSource =
  | { readonly kind: 'file'; readonly name: string } // `.aitrail/allowed_signers at <revision>`, or git's own file
  | { readonly kind: 'own-key' } // this machine's key: no list was found
  | { readonly kind: 'none' };

export interface Trust {
  readonly source: TrustSource;
  readonly signers: readonly AllowedSigner[];
  /** For `own-key`: blobs that are trusted as they are. */
  readonly ownKeys: readonly Uint8Array[];
  /** What git's gpg.ssh.revocationFile names. */
  readonly revoked?: RevokedKeys;
  /** Which key took the place of which, by both: from the change under test, as a trusted key must have signed it. */
  readonly rotations?: readonly Rotation[];
  /** The list as the change under test leaves it: of it only the ends of keys count. */
  readonly ended?: readonly AllowedSigner[];
  /** Verifier keys of witnesses whose word on a time counts. */
  readonly witnesses?: readonly string[];
  /** Says why a Sigstore signature proves nobody's identity, null where it does. Absent: no authority of that kind counts. */
  readonly proveIdentity?: (proof: KeylessProof) => string | null;
  /** Does a person's signature count only where a FIDO key was touched for it? */
  readonly requiresTouch?: boolean;
}

export type TrustAnswer =
  | { readonly kind: 'trusted'; readonly principal: string; readonly isDelegate: boolean }
  | { readonly kind: 'untrusted'; readonly why: string };

export interface TrustQuestion {
  /** Key or certificate blob of the signature, or an identity's name. */
  readonly publicKey: Uint8Array;
  /** For an identity: without it nobody is trusted. */
  readonly proof?: KeylessProof | null;
  /** Mail address of the commit's committer. */
  readonly committer: string;
  readonly namespace: string;
  readonly atMs: number;
}

/**
 * A signer is trusted for a commit where a line lists the key, is valid now, allows the namespace, and has a principal
 * that fits the committer's mail address, or names a role: a principal without `@` and without wildcards (`ci`,
 * `agent:alice`) may attest for everybody, as somebody put it on the list for that.
 */
export function judgeSigner(trust: Trust, question: TrustQuestion): TrustAnswer {
  const answer = judgeNamed(trust, question);
  if (answer.kind === 'untrusted' || readIdentity(question.publicKey) === null) return answer;
  const { proof = null } = question;
  if (proof === null) return untrusted('an identity without a key signs attestations only');
  const refusal =
    trust.proveIdentity === undefined
      ? 'nothing says which Sigstore counts: .aitrail/trusted_root.json is not there'
      : trust.proveIdentity(proof);
  return refusal === null ? answer : untrusted(refusal);
}

/** The same of whom the list names, before an identity is proven. */
export function judgeNamed(trust: Trust, question: TrustQuestion): TrustAnswer {
  const { publicKey } = question;
  const certificate = parseCertificate(publicKey);
  if (trust.revoked !== undefined && isRevoked(trust.revoked, publicKey, certificate))
    return untrusted(`${nameOf(publicKey)} is revoked (gpg.ssh.revocationFile)`);
  const listed = judgeListed(trust, question, certificate);
  const followed =
    listed.kind === 'trusted' || isListed(trust, publicKey) ? null : judgeFollowed(trust, question);
  const answer = followed ?? listed;
  return answer.kind === 'trusted' && hasEnded(trust, question)
    ? untrusted(`the change itself ends ${nameOf(publicKey)}`)
    : answer;
}

/** Of a trusted answer: does it lack the touch that is asked for? A role's key signs where nobody is: it is on the list for that. */
export const lacksTouch = (
  { requiresTouch = false }: Trust,
  { isDelegate }: Pick<Extract<TrustAnswer, { kind: 'trusted' }>, 'isDelegate'>,
  isTouched: boolean,
): boolean => requiresTouch && !isDelegate && !isTouched;

const hasEnded = ({ ended = [] }: Trust, { publicKey, atMs }: TrustQuestion): boolean => {
  const lines = ended.filter((signer) => isNamedBy(signer, publicKey));
  return (
    lines.length > 0 &&
    lines.every(({ validBeforeMs }) => validBeforeMs !== null && atMs > validBeforeMs)
  );
};

const isListed = (trust: Trust, publicKey: Uint8Array): boolean =>
  trust.signers.some((signer) => isNamedBy(signer, publicKey));

/**
 * A key that no line speaks of counts as the key that it took the place of: what that key's holder could sign, they could
 * sign themselves, and with that key's end this ends too.
 */
function judgeFollowed(trust: Trust, question: TrustQuestion): TrustAnswer | null {
  const { rotations = [], ...listed } = trust;
  const chain: Uint8Array[] = [question.publicKey];
  for (const key of chain)
    for (const { from, to } of rotations) {
      if (!to.equals(key) || chain.some((each) => from.equals(each))) continue;
      const answer = judgeSigner(listed, { ...question, publicKey: from });
      if (answer.kind === 'trusted') return answer;
      if (!isListed(trust, from)) chain.push(from); // a line of its own decides
    }
  return null;
}

function judgeListed(
  trust: Trust,
  question: TrustQuestion,
  certificate: SshCertificate | null,
): TrustAnswer {
  const { publicKey, committer } = question;
  if (trust.source.kind === 'own-key') {
    const isOwn = trust.ownKeys.some((blob) => Buffer.compare(blob, publicKey) === 0);
    return isOwn
      ? { kind: 'trusted', principal: committer, isDelegate: false }
      : untrusted(
          `${nameOf(publicKey)} is not this machine's key, and no allowed_signers file was found`,
        );
  }
  const answers = trust.signers
    .filter((signer) => listsKey(signer, publicKey, certificate))
    .map((signer) => judgeLine(signer, question, certificate));
  const trusted = answers.filter((answer) => answer.kind === 'trusted');
  return (
    trusted.find((answer) => !answer.isDelegate) ??
    trusted[0] ??
    answers[0] ??
    untrusted(`${nameOf(publicKey)} is not listed`)
  );
}

/** Is the key listed for this very person, or role, now? */
export const speaksFor = (
  trust: Trust,
  publicKey: Uint8Array,
  who: { readonly name: string; readonly namespace: string; readonly atMs: number },
): boolean => {
  const { name: committer, namespace, atMs } = who;
  const answer = judgeSigner(trust, { publicKey, committer, namespace, atMs });
  return answer.kind === 'trusted' && !answer.isDelegate;
};

/** A subject in a list may be a pattern: a job's identity ends in the branch that it ran for. */
function isNamedBy({ blob }: AllowedSigner, publicKey: Uint8Array): boolean {
  if (blob.equals(publicKey)) return true;
  const [listed, identity] = [readIdentity(blob), readIdentity(publicKey)];
  return (
    listed !== null &&
    identity !== null &&
    listed.issuer === identity.issuer &&
    matchesPatterns([listed.subject], identity.subject)
  );
}

const untrusted = (why: string): TrustAnswer => ({ kind: 'untrusted', why });

const nameOf = (publicKey: Uint8Array): string =>
  `key ${parseCertificate(publicKey) === null ? fingerprintOf(publicKey) : 'of a certificate'}`;

const listsKey = (
  signer: AllowedSigner,
  publicKey: Uint8Array,
  certificate: SshCertificate | null,
): boolean =>
  certificate === null
    ? !signer.isAuthority && isNamedBy(signer, publicKey)
    : signer.isAuthority && signer.blob.equals(certificate.authority);

function judgeLine(
  signer: AllowedSigner,
  question: TrustQuestion,
  certificate: SshCertificate | null,
): TrustAnswer {
  const { committer } = question;
  const where = `line ${signer.line}`;
  const refusal =
    refuseLine(signer, question) ??
    (certificate === null ? null : refuseCertificate(certificate, question));
  if (refusal !== null) return untrusted(refusal);
  if (matchesPatterns(signer.principals, committer))
    return { kind: 'trusted', principal: committer, isDelegate: false };
  const role = signer.principals.find((name) => /^[^@*?!]+$/.test(name));
  if (role !== undefined && certificate === null)
    return { kind: 'trusted', principal: role, isDelegate: true };
  return untrusted(
    `${where} lists the key for ${signer.principals.join(',').slice(0, 200)}, not for ${committer}`,
  );
}

function refuseLine(signer: AllowedSigner, question: TrustQuestion): string | null {
  const { atMs, namespace } = question;
  if (signer.namespaces.length > 0 && !matchesPatterns(signer.namespaces, namespace))
    return `line ${signer.line} does not allow the namespace ${namespace}`;
  if (signer.validAfterMs !== null && atMs < signer.validAfterMs)
    return `the key of line ${signer.line} is not valid yet`;
  return signer.validBeforeMs !== null && atMs > signer.validBeforeMs
    ? `the key of line ${signer.line} has expired`
    : null;
}

/** PROTOCOL.certkeys: a user certificate, within its dates, without options that nobody here understands. */
function refuseCertificate(certificate: SshCertificate, question: TrustQuestion): string | null {
  const { atMs, committer } = question;
  if (!certificate.isUser) return 'the certificate is for a host';
  if (certificate.criticalOptions.length > 0)
    return `the certificate has the critical option ${certificate.criticalOptions[0]?.slice(0, 80) ?? ''}`;
  if (atMs < certificate.validAfterMs || atMs >= certificate.validBeforeMs)
    return 'the certificate is not valid now';
  // an empty list of principals would mean everybody
  if (!certificate.principals.includes(committer))
    return `the certificate does not name ${committer}`;
  const authority = parseKeyBlob(certificate.authority);
  if (authority === null) return 'the authority has a key of an unknown kind';
  const check = checkRaw(authority, certificate.signature, certificate.signed);
  return check.kind === 'good' ? null : 'the certificate was not signed by that authority';
}
