// One envelope against one commit: the steps of reference order, each with its own status. Nothing of the payload is
// used before its signature holds.
import type { CommitFacts, VerifyStatus } from '../model/verdict.ts';
import { SIGNATURE_NAMESPACE, type Statement } from '../model/statement.ts';
import { openSigned } from './open-signed.ts';
import { judgeSigner, type Trust, type TrustAnswer } from './trust.ts';

/** How far an envelope got: a later step outranks an earlier one when none of a note's envelopes is good. */
const STEPS = [
  'malformed',
  'bad-signature',
  'untrusted-signer',
  'wrong-subject',
  'inconsistent',
] as const;

export interface JudgedEnvelope {
  readonly line: string;
  /** `verified`: all that can be judged without other objects holds. */
  readonly status: Extract<VerifyStatus, 'verified' | (typeof STEPS)[number]>;
  readonly reason: string | null;
  readonly signer: string | null;
  /** Key blob, base64: which envelopes are of one signer. */
  readonly key: string | null;
  readonly isTrusted: boolean;
  /** The statement, where the signature over it holds, whoever made it. */
  readonly statement: Statement | null;
}

export interface EnvelopeQuestion {
  readonly facts: CommitFacts;
  readonly trust: Trust;
  /** When keys and certificates must be valid: now, as nothing proves an earlier time. */
  readonly atMs: number;
}

/** @returns null for an envelope of another predicate type: it is not about authorship. */
export function judgeEnvelope(line: string, question: EnvelopeQuestion): JudgedEnvelope | null {
  const opened = openSigned(line);
  if (opened.kind === 'foreign') return null;
  if (opened.kind !== 'signed') {
    const key = opened.key?.toString('base64') ?? null;
    const nothing = { signer: null, isTrusted: false, statement: null };
    return { line, key, ...nothing, status: opened.kind, reason: opened.why };
  }
  const { statement, publicKey } = opened;
  const answer = judgeSigner(question.trust, {
    publicKey,
    committer: question.facts.committer,
    namespace: SIGNATURE_NAMESPACE,
    atMs: question.atMs,
  });
  const key = publicKey.toString('base64');
  return { line, key, statement, ...judgeContent(statement, answer, question.facts) };
}

function judgeContent(
  statement: Statement,
  answer: TrustAnswer,
  facts: CommitFacts,
): Pick<JudgedEnvelope, 'status' | 'reason' | 'signer' | 'isTrusted'> {
  if (answer.kind === 'untrusted')
    return { status: 'untrusted-signer', reason: answer.why, signer: null, isTrusted: false };
  const by = { signer: answer.principal, isTrusted: true };
  const subject = statement.subject[0]?.digest.gitCommit ?? '';
  if (subject !== facts.commit)
    return { ...by, status: 'wrong-subject', reason: `it attests ${subject.slice(0, 12)}` };
  const difference = differsFrom(statement.predicate.commit, facts);
  return difference === null
    ? { ...by, status: 'verified', reason: null }
    : { ...by, status: 'inconsistent', reason: difference };
}

function differsFrom(said: Statement['predicate']['commit'], facts: CommitFacts): string | null {
  if (said.rawSha256 !== facts.rawSha256) return 'the commit object has another SHA-256';
  if (said.tree !== facts.tree) return `the tree is ${facts.tree.slice(0, 12)}`;
  return said.parents.join(' ') === facts.parents.join(' ') ? null : 'the parents differ';
}

const rankOf = (judged: JudgedEnvelope): number =>
  judged.status === 'verified' ? STEPS.length : STEPS.indexOf(judged.status);

/** The best first: verified ones newest first, then whoever got furthest. */
export const sortJudged = (judged: readonly JudgedEnvelope[]): readonly JudgedEnvelope[] =>
  judged.toSorted(
    (a, b) =>
      rankOf(b) - rankOf(a) ||
      attestedAt(b).localeCompare(attestedAt(a)) ||
      a.line.localeCompare(b.line),
  );

const attestedAt = (judged: JudgedEnvelope): string => judged.statement?.predicate.attestedAt ?? '';
