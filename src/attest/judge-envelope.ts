// One envelope against one commit: the steps of reference order, each with its own status. Nothing of the payload is
// used before its signature holds.
import type { JsonObject } from '../model/json.ts';
import type { CommitFacts, VerifyStatus } from '../model/verdict.ts';
import type { Checking } from '../model/signature-claim.ts';
import { SIGNATURE_NAMESPACE, type Statement } from '../model/statement.ts';
import { openingSigned, type OpenedLine } from './open-signed.ts';
import { fingerprintOf } from './ssh-key.ts';
import { judgeSigner, lacksTouch, type Trust, type TrustAnswer } from './trust.ts';

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
  /** Its predicate as it was signed. */
  readonly signed: JsonObject | null;
}

export interface EnvelopeQuestion {
  readonly facts: CommitFacts;
  readonly trust: Trust;
  /** When keys and certificates must be valid: now, as nothing proves an earlier time. */
  readonly atMs: number;
  /** When a trusted witness knew of the statement, milliseconds; null where none says. Absent: nobody is asked. */
  readonly witnessedAtMs?: (opened: Opened) => number | null;
}

type Opened = Extract<OpenedLine, { kind: 'signed' }>;

/** @returns null for an envelope of another predicate type: it is not about authorship. */
export function* judgeEnvelope(
  line: string,
  question: EnvelopeQuestion,
): Checking<JudgedEnvelope | null> {
  const opened = yield* openingSigned(line);
  if (opened.kind === 'foreign') return null;
  if (opened.kind !== 'signed') {
    const key = opened.key?.toString('base64') ?? null;
    const nothing = { signer: null, isTrusted: false, statement: null, signed: null };
    return { line, key, ...nothing, status: opened.kind, reason: opened.why };
  }
  const { statement, signed, publicKey } = opened;
  const { answer, reason } = judgeKey(opened, question);
  const content = judgeContent(opened, answer, question.facts);
  const why = content.status === 'verified' ? reason : content.reason;
  return { line, key: publicKey.toString('base64'), statement, signed, ...content, reason: why };
}

/** A key that has ended counts for what was witnessed before: a date that the signer names proves nothing. */
function judgeKey(
  opened: Opened,
  question: EnvelopeQuestion,
): { readonly answer: TrustAnswer; readonly reason: string | null } {
  const { trust, facts, atMs, witnessedAtMs } = question;
  const judge = (at: number): TrustAnswer => {
    const answer = judgeSigner(trust, {
      publicKey: opened.publicKey,
      proof: opened.proof,
      committer: facts.committer,
      namespace: SIGNATURE_NAMESPACE,
      atMs: at,
    });
    return answer.kind === 'trusted' && lacksTouch(trust, answer, opened.isTouched)
      ? { kind: 'untrusted', why: 'requireTouch: it was signed without a touch' }
      : answer;
  };
  const now = judge(atMs);
  if (now.kind === 'trusted' || witnessedAtMs === undefined) return { answer: now, reason: null };
  const at = witnessedAtMs(opened);
  const then = at === null || at > atMs ? now : judge(at);
  if (at === null || then.kind === 'untrusted') return { answer: now, reason: null };
  return {
    answer: then,
    reason: `the key has ended since; witnessed at ${new Date(at).toISOString()}`,
  };
}

function judgeContent(
  { statement, publicKey }: Opened,
  answer: TrustAnswer,
  facts: CommitFacts,
): Pick<JudgedEnvelope, 'status' | 'reason' | 'signer' | 'isTrusted'> {
  if (answer.kind === 'untrusted')
    return { status: 'untrusted-signer', reason: answer.why, signer: null, isTrusted: false };
  const by = { signer: answer.principal, isTrusted: true };
  const subject = statement.subject[0]?.digest.gitCommit ?? '';
  if (subject !== facts.commit)
    return { ...by, status: 'wrong-subject', reason: `it attests ${subject.slice(0, 12)}` };
  const named = statement.predicate.signer.key;
  if (named !== null && named !== fingerprintOf(publicKey))
    return { ...by, status: 'inconsistent', reason: `it is said to be signed by ${named}` };
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
