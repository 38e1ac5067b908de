// aitrail approvals: what is known here and on the remote.
import { openObjects } from '../../git/objects.ts';
import { openRepository } from '../../git/open-repository.ts';
import type { Approval } from '../../model/approval.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { pickRemote } from '../../git/approval-place.ts';
import { sendApprovals } from '../../git/approval-refs.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import {
  type ApprovalFacts,
  type ApprovalWork,
  readApprovalFacts,
  readApprovals,
} from './read-approvals.ts';
import { refreshApprovals } from './use-approval.ts';

const SEND_MS = 10_000;

export interface KnownApprovals {
  /** Newest first. */
  readonly approvals: readonly Approval[];
  /** Why the remote could not be asked; null where it was, or where there is none. */
  readonly stale: string | null;
}

/** @throws Fault NOT_A_REPOSITORY, and of the configuration. */
export const listApprovals = (caller: Caller): Promise<KnownApprovals> =>
  withApprovals(caller, ({ approvals, stale }) => Promise.resolve({ approvals, stale }));

/** @param prefix start of an id. @throws Fault NO_SUCH_APPROVAL, AMBIGUOUS_ID and as above. */
export const showApproval = (caller: Caller, prefix: string): Promise<Approval> =>
  withApprovals(caller, ({ approvals }) => Promise.resolve(pickApproval(approvals, prefix)));

export interface OpenedApprovals extends KnownApprovals {
  readonly work: ApprovalWork;
  readonly facts: ApprovalFacts;
}

/** Brings what the remote has, and opens all for the length of one act. */
export async function withApprovals<T>(
  caller: Caller,
  act: (opened: OpenedApprovals) => Promise<T>,
): Promise<T> {
  const repository = await openRepository(caller);
  const objects = openObjects(caller);
  try {
    const work = { repository, objects, policy: await loadPolicy(caller, repository) };
    const brought = await refreshApprovals(work);
    const facts = await readApprovalFacts(work);
    const approvals = await readApprovals(work, facts);
    return await act({
      work,
      facts,
      approvals,
      stale: typeof brought === 'string' ? null : brought.why,
    });
  } finally {
    objects.close();
  }
}

/** @throws Fault NO_SUCH_APPROVAL, AMBIGUOUS_ID. */
export function pickApproval(approvals: readonly Approval[], prefix: string): Approval {
  const found = approvals.filter(({ request }) => prefix !== '' && request.id.startsWith(prefix));
  const [first] = found;
  if (first === undefined)
    throw new Fault(
      'NO_SUCH_APPROVAL',
      `no request for approval begins with ${prefix.slice(0, 40)}`,
    );
  if (found.length > 1)
    throw new Fault(
      'AMBIGUOUS_ID',
      `${String(found.length)} requests begin with ${prefix.slice(0, 40)}`,
    );
  return first;
}

/** Sends all that is here. @returns why it did not get there; null where it did, or where there is no remote. */
export async function shareApprovals({ repository }: ApprovalWork): Promise<string | null> {
  const remote = await pickRemote(repository);
  return remote === null ? null : sendApprovals(repository, remote.name, SEND_MS);
}
