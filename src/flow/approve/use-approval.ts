// Passing with an approval: found by the digest of the content, judged by the rule that holds now, used up.
import { pickRemote, readCloneName } from '../../git/approval-place.ts';
import { fetchApprovals } from '../../git/approval-refs.ts';
import type { Approval, ApprovalKind, ApprovalUse, SignedDecision } from '../../model/approval.ts';
import { type ApprovalWork, readApprovalFacts, readApprovals } from './read-approvals.ts';
import { takeUse, type Use } from './approval-uses.ts';

const FETCH_MS = 3000;

export interface WantedApproval {
  readonly kind: ApprovalKind;
  readonly digest: string;
  /** Of the rule that asks, as written. */
  readonly approvers: readonly string[];
  /** What becomes of it; null: it stays good until it expires, as for a push. */
  readonly use: Use | null;
  /** May the remote be asked, where it was asked for and nobody here has answered? */
  readonly canFetch: boolean;
}

/** @returns null where nobody has approved it, or it was used before. */
export async function useApproval(
  work: ApprovalWork,
  wanted: WantedApproval,
): Promise<ApprovalUse | null> {
  const here = await useKnown(work, wanted);
  if (here.use !== null || !here.isWaiting || !wanted.canFetch) return here.use;
  if ((await refreshApprovals(work)) !== 'fetched') return null;
  return (await useKnown(work, wanted)).use;
}

/** Brings what the remote has. @returns `none` where there is no remote; else why it failed. */
export async function refreshApprovals({
  repository,
}: ApprovalWork): Promise<'fetched' | 'none' | { readonly why: string }> {
  const remote = await pickRemote(repository);
  if (remote === null) return 'none';
  const why = await fetchApprovals(repository, remote.name, FETCH_MS);
  return why === null ? 'fetched' : { why: `${remote.name}: ${why}` };
}

interface KnownUse {
  readonly use: ApprovalUse | null;
  /** Was it asked for, without an answer so far? */
  readonly isWaiting: boolean;
}

async function useKnown(work: ApprovalWork, wanted: WantedApproval): Promise<KnownUse> {
  const [facts, clone] = await Promise.all([
    readApprovalFacts(work),
    readCloneName(work.repository),
  ]);
  const fitting = (await readApprovals(work, facts, wanted.approvers)).filter(
    ({ request, doubt }) =>
      doubt === null &&
      request.digest === wanted.digest &&
      request.kind === wanted.kind &&
      (wanted.use === null || request.clone === clone),
  );
  for (const approval of fitting) {
    const { state } = approval;
    if (state.kind !== 'approved') continue;
    if (wanted.use === null || (await takeUse(work.repository, approval.sha256, wanted.use)))
      return { use: useOf(approval, state.by), isWaiting: false };
  }
  return { use: null, isWaiting: fitting.some(({ state }) => state.kind === 'pending') };
}

const useOf = ({ request }: Approval, by: SignedDecision): ApprovalUse => ({
  id: request.id,
  kind: request.kind,
  digest: request.digest,
  answer: by.answer === 'break-glass' ? 'break-glass' : 'approve',
  approver: by.approver,
  envelope: by.envelope,
  sha256: by.sha256,
});
