// aitrail approvals approve | deny | break-glass: one person's signed word about one request.
import { lineSha256, signDecision } from '../../attest/approval-envelope.ts';
import { refuseApprover } from '../../attest/judge-approval.ts';
import { parseKeyLine } from '../../attest/ssh-key.ts';
import { speaksFor } from '../../attest/trust.ts';
import { writeApprovalLine } from '../../git/approval-refs.ts';
import { peopleOf } from '../../guard/approvers.ts';
import { type Answer, type Approval, type ApprovalDecision, isOpen } from '../../model/approval.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { Signer } from '../../model/signing.ts';
import { SIGNATURE_NAMESPACE } from '../../model/statement.ts';
import { describeTrust } from '../verify/describe-trust.ts';
import { askDaemon, findDaemon } from '../daemon/find-daemon.ts';
import {
  type OpenedApprovals,
  pickApproval,
  shareApprovals,
  withApprovals,
} from './list-approvals.ts';
import { isTouchKey } from '../../identity/pick-signer.ts';
import { openSigner } from '../attest/open-signer.ts';
import { recordEvent } from '../session/record-event.ts';
import { refuseAgent } from '../session/refuse-agent.ts';

export interface Verdict {
  readonly answer: Answer;
  /** Start of the request's id. */
  readonly id: string;
  readonly reason: string;
}

export interface DecidedApproval {
  readonly approval: Approval;
  readonly decision: ApprovalDecision;
  /** Why it did not reach the remote; null where it did, or where there is none. */
  readonly unsent: string | null;
}

/**
 * @throws Fault AGENT_NOT_ALLOWED, NO_SUCH_APPROVAL, APPROVAL_SELF, APPROVER_NOT_LISTED, APPROVAL_OVER,
 *   APPROVAL_INVALID, OBJECTS_MISSING, and of the signer.
 */
export async function decideApproval(caller: Caller, verdict: Verdict): Promise<DecidedApproval> {
  await refuseAgent(caller, `approvals ${verdict.answer}`);
  if (verdict.answer === 'break-glass' && verdict.reason === '')
    throw new Fault('USAGE', 'break-glass needs a reason', {
      fix: "say it: aitrail approvals break-glass ID --reason 'what is on fire'",
    });
  return withApprovals(caller, async (opened) => {
    const approval = pickApproval(opened.approvals, verdict.id);
    refuseSettled(approval, verdict.answer);
    const { work } = opened;
    const signer = await openSigner(caller, work.policy);
    const decision = makeDecision(opened, approval, { verdict, signer });
    const line = await signDecision(decision, signer);
    await writeApprovalLine(work.repository, decision.id, line);
    await tellDecision(caller, decision, lineSha256(line));
    return { approval, decision, unsent: await shareApprovals(work) };
  });
}

/** @throws Fault where nobody can answer it any more. */
function refuseSettled({ request, state, doubt, ...approval }: Approval, answer: Answer): void {
  const { id } = request;
  if (doubt !== null) throw new Fault('APPROVAL_INVALID', `${id}: ${doubt}`);
  if (answer === 'approve' && isOpen({ request, state, doubt, ...approval })) return;
  if (state.kind === 'expired') throw new Fault('APPROVAL_OVER', `${id} has expired`);
  if (state.kind === 'used') throw new Fault('APPROVAL_OVER', `${id} was used already`);
}

function makeDecision(
  { facts, work }: OpenedApprovals,
  approval: Approval,
  { verdict, signer }: { readonly verdict: Verdict; readonly signer: Signer },
): ApprovalDecision {
  const { request } = approval;
  if (facts.roots === null)
    throw new Fault('OBJECTS_MISSING', 'this clone does not hold the first commit of the history');
  const atMs = Date.now();
  const people = peopleOf(request.approvers, work.policy.groups);
  const publicKey = parseKeyLine(signer.publicKey)?.blob ?? Buffer.alloc(0);
  const approver = [signer.principal, ...(people ?? [])].find((name) =>
    speaksFor(facts.trust, publicKey, { name, namespace: SIGNATURE_NAMESPACE, atMs }),
  );
  const { answer, reason } = verdict;
  const isTouched = isTouchKey(signer);
  const who = { answer, reason, publicKey, isTouched, approver: approver ?? signer.principal };
  const asked = { requester: request.requester, keys: [approval.key] };
  const refusal = refuseApprover({ trust: facts.trust, people, atMs }, asked, who);
  if (refusal !== null)
    throw new Fault(
      refusal.code,
      `${request.id}: ${refusal.why} (signers: ${describeTrust(facts.trust.source)})`,
    );
  return {
    answer,
    id: request.id,
    kind: request.kind,
    digest: request.digest,
    request: approval.sha256,
    roots: facts.roots,
    approver: who.approver,
    reason,
    atMs,
    expiresAtMs: atMs > request.expiresAtMs ? null : request.expiresAtMs,
  };
}

/** Into the store, and to whoever waits for it on this machine. */
async function tellDecision(
  caller: Caller,
  { answer, id, kind, digest, approver, reason, atMs }: ApprovalDecision,
  sha256: string,
): Promise<void> {
  const detail = { answer, approval: id, of: kind, digest, approver, decision: sha256, reason };
  await recordEvent(caller, {
    kind: 'decided',
    atMs,
    detail: { ...detail, reason: reason.slice(0, 500) },
  });
  const daemon = await findDaemon(caller.env);
  if (daemon === null) return;
  const bell = { method: 'POST', path: '/decided', timeoutMs: 1000 } as const;
  await askDaemon(daemon, bell).catch(() => undefined); // who waits looks again by itself
}
