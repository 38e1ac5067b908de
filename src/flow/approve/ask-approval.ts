// Asking for an approval: one signed request, kept as a ref and sent to the remote, where another person's clone finds it.
import { signRequest } from '../../attest/approval-envelope.ts';
import { pickRemote, readCloneName } from '../../git/approval-place.ts';
import { sendApprovals, writeApprovalLine } from '../../git/approval-refs.ts';
import type { ApprovalDraft, ApprovalRequest } from '../../model/approval.ts';
import { newApprovalId } from '../../store/ids.ts';
import { openSigner } from '../attest/open-signer.ts';
import { type ApprovalWork, readApprovalFacts, readApprovals } from './read-approvals.ts';

const SEND_MS = 3000;

export interface AskedApproval {
  readonly request: ApprovalRequest;
  /** Why it did not reach the remote; null where it did, or where there is none. */
  readonly unsent: string | null;
}

/**
 * The same content that waits already is not asked for again.
 *
 * @throws Fault NO_SIGNER, SIGNER_LOCKED and others of the signer.
 */
export async function askApproval(
  work: ApprovalWork,
  draft: ApprovalDraft,
): Promise<AskedApproval> {
  const { repository } = work;
  const [facts, clone, remote] = await Promise.all([
    readApprovalFacts(work),
    readCloneName(repository),
    pickRemote(repository),
  ]);
  const known = await readApprovals(work, facts, draft.approvers);
  const waiting = known.find(
    ({ request, state }) =>
      state.kind === 'pending' &&
      request.digest === draft.digest &&
      request.clone === clone &&
      request.approvers.join() === draft.approvers.join(),
  );
  if (waiting !== undefined) return { request: waiting.request, unsent: null };
  const signer = await openSigner(repository.caller, work.policy);
  const createdAtMs = Date.now();
  const request: ApprovalRequest = {
    ...draft,
    id: newApprovalId(),
    requester: signer.principal,
    remote: remote?.url ?? null,
    clone,
    createdAtMs,
    expiresAtMs: createdAtMs + work.policy.approvals.expireMs,
  };
  await writeApprovalLine(repository, request.id, await signRequest(request, signer));
  const unsent = remote === null ? null : await sendApprovals(repository, remote.name, SEND_MS);
  return { request, unsent };
}
