// All requests for approval that this clone knows of, each with the decisions that count by the list of signers and the
// groups of the base revision.
import { openApproval, lineSha256 } from '../../attest/approval-envelope.ts';
import {
  judgeApproval,
  type ApprovalQuestion,
  type OpenedDecision,
  type OpenedRequest,
} from '../../attest/judge-approval.ts';
import { readRoots } from '../../git/approval-place.ts';
import { readApprovalLines } from '../../git/approval-refs.ts';
import type { Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import { findPolicyBase } from '../../git/policy-base.ts';
import { peopleOf } from '../../guard/approvers.ts';
import type { Approval } from '../../model/approval.ts';
import type { Policy } from '../../model/policy.ts';
import { readTrust } from '../verify/read-trust.ts';
import { isUsed } from './approval-uses.ts';

export interface ApprovalWork {
  readonly repository: Repository;
  readonly objects: Objects;
  readonly policy: Pick<Policy, 'groups' | 'approvals' | 'signing' | 'requiresTouch'>;
}

export type ApprovalFacts = Pick<ApprovalQuestion, 'trust' | 'roots'>;

/** What decisions are judged by. */
export async function readApprovalFacts({
  repository,
  objects,
  policy: { requiresTouch },
}: ApprovalWork): Promise<ApprovalFacts> {
  const [base, roots] = await Promise.all([
    findPolicyBase(repository, objects),
    readRoots(repository),
  ]);
  const trust = await readTrust(repository, objects, base);
  return { trust: { ...trust, requiresTouch }, roots };
}

/**
 * @param approvers of the rule that asks now; null: as each request says of itself, which is enough to show it.
 * @returns newest first.
 */
export async function readApprovals(
  work: ApprovalWork,
  facts: ApprovalFacts,
  approvers: readonly string[] | null = null,
): Promise<readonly Approval[]> {
  const opened = await readOpened(work);
  const nowMs = Date.now();
  const judged = await Promise.all(
    opened.requests.map(async (each) => {
      const people = peopleOf(approvers ?? each.request.approvers, work.policy.groups);
      const used = await isUsed(work.repository, lineSha256(each.line));
      return judgeApproval(each, opened.decisions, { ...facts, people, nowMs, isUsed: used });
    }),
  );
  return judged.toSorted((a, b) => b.request.createdAtMs - a.request.createdAtMs);
}

interface Opened {
  readonly requests: readonly OpenedRequest[];
  readonly decisions: readonly OpenedDecision[];
}

async function readOpened({ repository, objects }: ApprovalWork): Promise<Opened> {
  const lines = new Set(await readApprovalLines(repository, objects));
  const requests: OpenedRequest[] = [];
  const decisions: OpenedDecision[] = [];
  for (const line of lines) {
    const opened = openApproval(line);
    if (opened?.kind === 'request') requests.push(opened);
    else if (opened?.kind === 'decision') decisions.push(opened);
  }
  return { requests, decisions };
}
