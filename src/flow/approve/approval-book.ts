// Approvals for the daemon: asked for, waited for and used in the worktree of a session. Everything lies in the
// repository, so that a hook, a command or another clone sees the same without us.
import { setTimeout as pause } from 'node:timers/promises';
import { listApprovalIds } from '../../git/approval-refs.ts';
import { openObjects } from '../../git/objects.ts';
import { openRepository } from '../../git/open-repository.ts';
import type {
  Approval,
  ApprovalDraft,
  ApprovalRequest,
  ApprovalUse,
} from '../../model/approval.ts';
import type { Caller } from '../../model/caller.ts';
import type { Policy } from '../../model/policy.ts';
import type { Admitted } from '../record/record-exchange.ts';
import { askApproval } from './ask-approval.ts';
import { type ApprovalWork, readApprovalFacts, readApprovals } from './read-approvals.ts';
import { refreshApprovals, useApproval } from './use-approval.ts';

export interface ApprovalBook {
  /** @returns null where nobody could approve: outside of a repository nobody is listed. */
  of(admitted: Pick<Admitted, 'grant' | 'policy'>): SessionApprovals | null;
  /** A decision was made on this machine: whoever waits looks again at once. */
  wake(): void;
}

export interface SessionApprovals {
  /** What an approver types. */
  command(verb: 'show' | 'approve', id: string): string;
  /** The same content that waits already is not asked for again. @throws Fault of the signer, GIT_FAILED. */
  ask(draft: ApprovalDraft): Promise<ApprovalRequest>;
  /** The first match is used up. @returns null where nobody has approved it. */
  use(draft: ApprovalDraft): Promise<ApprovalUse | null>;
  /** @returns null for an unknown id. */
  read(id: string): Promise<Approval | null>;
  /**
   * Waits until somebody has decided, or the request has expired. Looks into the repository, and now and then into the
   * remote.
   *
   * @returns the approval as it then is; still pending where `signal` ended the wait. Never throws because of it.
   */
  wait(id: string, signal: AbortSignal): Promise<Approval | null>;
}

/** Somebody at another terminal of this machine wakes us; this is for decisions that come another way. */
const LOOK_MS = 500;
const FETCH_EVERY_MS = 5000;

/** @param env the daemon's own: keys and git's configuration are found through it. */
export function openApprovalBook(env: Caller['env']): ApprovalBook {
  const bell = new EventTarget();
  return {
    wake: () => void bell.dispatchEvent(new Event('decided')),
    of: ({ grant, policy }) => {
      const { worktree } = grant.place;
      if (worktree === null) return null;
      const within = <T>(act: (work: ApprovalWork) => Promise<T>): Promise<T> =>
        withWork({ cwd: worktree, env }, policy, act);
      return {
        command: (verb, id) => `aitrail approvals ${verb} ${id}`,
        ask: (draft) => within(async (work) => (await askApproval(work, draft)).request),
        use: ({ kind, digest, approvers, exchange }) =>
          within((work) =>
            useApproval(work, {
              kind,
              digest,
              approvers,
              use: { state: 'used', head: null, exchange },
              canFetch: true,
            }),
          ),
        read: (id) => within((work) => readOne(work, id)),
        wait: (id, signal) => within((work) => wait(work, { id, signal, bell })),
      };
    },
  };
}

async function withWork<T>(
  caller: Caller,
  policy: Policy,
  act: (work: ApprovalWork) => Promise<T>,
): Promise<T> {
  const repository = await openRepository(caller);
  const objects = openObjects(caller);
  try {
    return await act({ repository, objects, policy });
  } finally {
    objects.close();
  }
}

async function readOne(work: ApprovalWork, id: string): Promise<Approval | null> {
  const approvals = await readApprovals(work, await readApprovalFacts(work));
  return approvals.find(({ request }) => request.id === id) ?? null;
}

interface Waiting {
  readonly id: string;
  readonly signal: AbortSignal;
  readonly bell: EventTarget;
}

async function wait(work: ApprovalWork, waiting: Waiting): Promise<Approval | null> {
  let fetchedAtMs = Date.now();
  let known = '';
  let approval: Approval | null = null;
  for (;;) {
    // reading all of them takes ten times as long as seeing that there is nothing new
    const listed = await listApprovalIds(work.repository);
    if (listed !== known || isOver(approval, waiting)) approval = await readOne(work, waiting.id);
    known = listed;
    if (approval?.state.kind !== 'pending' || waiting.signal.aborted) return approval;
    if (Date.now() - fetchedAtMs > FETCH_EVERY_MS) {
      await refreshApprovals(work);
      fetchedAtMs = Date.now();
      continue;
    }
    await rest(waiting);
  }
}

const isOver = (approval: Approval | null, { signal }: Waiting): boolean =>
  signal.aborted || (approval !== null && approval.request.expiresAtMs < Date.now());

/** Until the bell, the signal, or half a second. */
async function rest({ signal, bell }: Waiting): Promise<void> {
  const rung = new AbortController();
  const ring = (): void => rung.abort();
  bell.addEventListener('decided', ring, { once: true });
  const until = AbortSignal.any([signal, rung.signal]);
  await pause(LOOK_MS, undefined, { signal: until, ref: false }).catch(() => undefined); // woken early
  bell.removeEventListener('decided', ring);
}
