// Requests for approval where they were made.
import type { ApprovalView } from '../model/pages.ts';

export function byExchange(
  approvals: readonly ApprovalView[],
): ReadonlyMap<string, readonly ApprovalView[]> {
  const by = new Map<string, ApprovalView[]>();
  for (const approval of approvals)
    if (approval.exchange !== null)
      by.set(approval.exchange, [...(by.get(approval.exchange) ?? []), approval]);
  return by;
}
