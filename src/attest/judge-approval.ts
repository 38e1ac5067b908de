// Which decisions about a request count. A name proves nothing here: not that of a ref, not one in a text. What counts is
// a signature by a key that the list of the base revision gives to that person.
import type {
  Approval,
  ApprovalDecision,
  ApprovalState,
  SignedDecision,
} from '../model/approval.ts';
import { SIGNATURE_NAMESPACE } from '../model/statement.ts';
import { lineSha256, type OpenedApproval } from './approval-envelope.ts';
import { lacksTouch, speaksFor, type Trust } from './trust.ts';
import { sha256Hex } from '../model/sha256.ts';

export type OpenedRequest = Extract<OpenedApproval, { kind: 'request' }>;
export type OpenedDecision = Extract<OpenedApproval, { kind: 'decision' }>;

export interface ApprovalQuestion {
  readonly trust: Trust;
  /** Who may decide; null: whoever is listed. */
  readonly people: readonly string[] | null;
  /** First commits of this repository: one of them was the approver's too; null where they cannot be told (a shallow clone). */
  readonly roots: readonly string[] | null;
  readonly nowMs: number;
  readonly isUsed: boolean;
}

/** @param given all decisions there are: those about other requests do not count. */
export function judgeApproval(
  opened: OpenedRequest,
  given: readonly OpenedDecision[],
  question: ApprovalQuestion,
): Approval {
  const { request, line } = opened;
  const sha256 = lineSha256(line);
  const counted: SignedDecision[] = [];
  const refused: string[] = [];
  const own = given
    .filter(({ decision }) => decision.request === sha256)
    .toSorted((a, b) => a.decision.atMs - b.decision.atMs);
  for (const each of own) {
    const isBroken = counted.some(({ answer }) => answer === 'break-glass');
    const why = refuseDecision(opened, each, { ...question, isBroken });
    const { decision } = each;
    if (why === null)
      counted.push({ ...decision, envelope: each.line, sha256: lineSha256(each.line) });
    else refused.push(`${decision.answer} by ${decision.approver}: ${why.why}`);
  }
  return {
    request,
    sha256,
    key: opened.publicKey,
    state: stateOf(counted, { isOver: question.nowMs > request.expiresAtMs, ...question }),
    decisions: counted,
    refused,
    doubt: doubtRequest(opened, question),
  };
}

/** Why nobody should believe a request; null where a listed key asks for what is shown. */
function doubtRequest(
  { request, publicKey }: OpenedRequest,
  { trust, nowMs }: ApprovalQuestion,
): string | null {
  const { subject, digest, requester } = request;
  if (subject !== null && sha256Hex(subject) !== digest)
    return 'it shows something else than it asks for';
  return isListed(trust, publicKey, { name: requester, atMs: nowMs })
    ? null
    : `its key is not listed for ${requester}`;
}

export interface Refusal {
  readonly code: 'APPROVAL_SELF' | 'APPROVER_NOT_LISTED' | 'APPROVAL_OVER' | 'APPROVAL_INVALID';
  readonly why: string;
}

/** @returns why a decision does not count, null where it does. */
function refuseDecision(
  asked: OpenedRequest,
  { decision, publicKey, isTouched }: OpenedDecision,
  question: ApprovalQuestion & { readonly isBroken: boolean },
): Refusal | null {
  const { request } = asked;
  const { roots, isBroken } = question;
  if (
    decision.id !== request.id ||
    decision.kind !== request.kind ||
    decision.digest !== request.digest
  )
    return { code: 'APPROVAL_INVALID', why: 'it is about something else' };
  if (roots !== null && !roots.some((root) => decision.roots.includes(root)))
    return { code: 'APPROVAL_INVALID', why: 'it was given in another repository' };
  const isAfterwards = isBroken && decision.answer === 'approve';
  const isLate = decision.atMs > request.expiresAtMs || decision.expiresAtMs === null;
  if (isLate && !isAfterwards) return { code: 'APPROVAL_OVER', why: 'the request had expired' };
  return refuseApprover(
    { ...question, atMs: question.nowMs },
    { requester: request.requester, keys: [asked.publicKey] },
    { ...decision, publicKey, isTouched },
  );
}

/** Who asked, by name and by keys. */
export interface Requester {
  readonly requester: string;
  readonly keys: readonly Uint8Array[];
}

type Approver = Pick<ApprovalDecision, 'answer' | 'approver' | 'reason'> & {
  readonly publicKey: Uint8Array;
  /** Will be, of one that is still to be signed. */
  readonly isTouched: boolean;
};

/** May this key decide in this name? Break-glass is open to the requester: somebody else approves afterwards. */
export function refuseApprover(
  { trust, people, atMs }: Pick<ApprovalQuestion, 'trust' | 'people'> & { readonly atMs: number },
  asked: Requester,
  { answer, approver, reason, publicKey, isTouched }: Approver,
): Refusal | null {
  if (trust.source.kind !== 'file' || !isListed(trust, publicKey, { name: approver, atMs }))
    return { code: 'APPROVER_NOT_LISTED', why: `the key is not listed for ${approver}` };
  if (lacksTouch(trust, { isDelegate: false }, isTouched))
    return { code: 'APPROVAL_INVALID', why: 'requireTouch: it was signed without a touch' };
  if (people !== null && !people.some((name) => isSameName(name, approver)))
    return { code: 'APPROVER_NOT_LISTED', why: `${approver} is none of the approvers` };
  if (answer === 'break-glass')
    return reason.trim() === '' ? { code: 'APPROVAL_INVALID', why: 'it gives no reason' } : null;
  return isSamePerson({ trust, atMs }, asked, { approver, publicKey })
    ? { code: 'APPROVAL_SELF', why: `${approver} asked for it` }
    : null;
}

/** Two keys of one principal are one person, and so are two names of one key. */
function isSamePerson(
  { trust, atMs }: { readonly trust: Trust; readonly atMs: number },
  { requester, keys }: Requester,
  { approver, publicKey }: Pick<Approver, 'approver' | 'publicKey'>,
): boolean {
  return (
    isSameName(requester, approver) ||
    isListed(trust, publicKey, { name: requester, atMs }) ||
    keys.some(
      (key) =>
        Buffer.compare(key, publicKey) === 0 || isListed(trust, key, { name: approver, atMs }),
    )
  );
}

const isListed = (
  trust: Trust,
  key: Uint8Array,
  who: { readonly name: string; readonly atMs: number },
): boolean => speaksFor(trust, key, { ...who, namespace: SIGNATURE_NAMESPACE });

const isSameName = (one: string, other: string): boolean =>
  one.toLowerCase() === other.toLowerCase();

function stateOf(
  counted: readonly SignedDecision[],
  { isUsed, isOver }: { readonly isUsed: boolean; readonly isOver: boolean },
): ApprovalState {
  const last = counted.at(-1);
  if (isUsed) return { kind: 'used', by: counted.findLast(isPass) ?? null };
  if (last?.answer === 'deny') return { kind: 'denied', by: last };
  if (isOver) return { kind: 'expired' };
  return last === undefined ? { kind: 'pending' } : { kind: 'approved', by: last };
}

const isPass = ({ answer }: SignedDecision): boolean => answer !== 'deny';
