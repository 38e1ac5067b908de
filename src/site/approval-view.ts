// A request for approval as the pages show it.
import { type Approval, isOpen } from '../model/approval.ts';
import type { ApprovalView } from '../model/pages.ts';
import { shownText } from '../print/approval-lines.ts';

export function approvalView(approval: Approval): ApprovalView {
  const { request, state, decisions, refused, doubt } = approval;
  const { id, kind, what, rule, place, approvers, requester, session, exchange, digest } = request;
  return {
    id,
    kind,
    what,
    rule,
    place,
    approvers,
    requester,
    session,
    exchange,
    digest,
    shown: shownText(approval),
    isWhole: request.subject !== null,
    createdAtMs: request.createdAtMs,
    expiresAtMs: request.expiresAtMs,
    state: state.kind,
    isOpen: doubt === null && isOpen(approval),
    decisions: decisions.map(({ answer, approver, reason, atMs }) => ({
      answer,
      approver,
      reason,
      atMs,
    })),
    refused,
    doubt,
  };
}
