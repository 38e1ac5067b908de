// What every hook's flow works with. The daemon and the fallback differ only in how they reach the recordings.
import type { Objects } from '../../git/objects.ts';
import { openObjects } from '../../git/objects.ts';
import { openWorktree, type Repository } from '../../git/open-repository.ts';
import { stateHome } from '../../config/places.ts';
import type { Caller } from '../../model/caller.ts';
import type { HookName } from '../../model/hook.ts';
import type { Policy } from '../../model/policy.ts';
import type { Store } from '../../store/store.ts';
import type { ApprovalWork } from '../approve/read-approvals.ts';
import { readHookPolicy } from '../policy/hook-policy.ts';

/** `none`: nothing was ever recorded on this machine. */
export type Records =
  | { readonly kind: 'open'; readonly store: Store; readonly isWritable: boolean }
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable'; readonly why: string };

/** That a hook refused something, for those who are told elsewhere. Rule and place, never what was found. */
export interface HookBlock {
  readonly caller: Caller;
  readonly hook: HookName;
  /** Of the first thing that was refused; null where it has no name. */
  readonly rule: string | null;
}

export interface HookWorld {
  /** Opened once, when a flow first asks. @param home the caller's state directory. */
  openRecords(home: string, mode: 'read' | 'write'): Promise<Records>;
  /** False once nobody waits for the answer any more: nothing may be written then. */
  isWanted(): boolean;
  /** Is there time to ask a remote? The daemon has a second, and then somebody else is asked. */
  readonly canWait: boolean;
  /** Webhooks hear of it; null where nobody is there to send them. Keeps nobody waiting. */
  readonly tellBlock: ((block: HookBlock) => void) | null;
  /** The commits stand in the queue, and here goes on what attests them: git need not wait, but for the summary where it
   *  can be there soon and somebody wants it. null: this process ends. */
  readonly onQueued: ((about: { readonly isAwaited: boolean }) => void) | null;
}

export interface HookWork {
  readonly repository: Repository & { readonly worktree: string };
  readonly objects: Objects;
  readonly policy: Policy;
  readonly home: string;
  readonly world: HookWorld;
  /** Where approvals are asked for and found, if not here. */
  readonly asking?: ApprovalWork;
}

/** Opens the caller's repository and policy for the length of one act. */
export async function withHookWork<T>(
  caller: Caller,
  world: HookWorld,
  act: (work: HookWork) => Promise<T>,
): Promise<T> {
  const repository = await openWorktree(caller);
  const objects = openObjects(caller);
  try {
    const policy = await readHookPolicy(repository, objects);
    return await act({ repository, objects, policy, home: stateHome(caller.env), world });
  } finally {
    objects.close();
  }
}
