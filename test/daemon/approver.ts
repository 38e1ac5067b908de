// Somebody else at another machine of the same team: a listed key of their own, and decisions about what waits in a
// world's repository.
import { setTimeout as sleep } from 'node:timers/promises';
import { signDecision } from '../../src/attest/approval-envelope.ts';
import { loadPolicy } from '../../src/flow/policy/load-policy.ts';
import { ensureIdentity } from '../../src/flow/attest/open-signer.ts';
import {
  type ApprovalFacts,
  type ApprovalWork,
  readApprovalFacts,
  readApprovals,
} from '../../src/flow/approve/read-approvals.ts';
import { trustKey } from '../../src/flow/attest/trust-key.ts';
import { writeApprovalLine } from '../../src/git/approval-refs.ts';
import { openObjects } from '../../src/git/objects.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import type { Answer, Approval } from '../../src/model/approval.ts';
import type { Caller } from '../../src/model/caller.ts';
import type { World } from './world.ts';

export interface Approver {
  readonly name: string;
  /** The newest of those that wait, once there is one. */
  readonly next: (isIt?: (approval: Approval) => boolean) => Promise<Approval>;
  readonly decide: (approval: Approval, answer: Answer) => Promise<void>;
}

const NAME = 'bob@example.com';

/** Lists the keys of both in a first commit: the world's own asks, the other decides. */
export async function hireApprover(world: World): Promise<Approver> {
  const { env, cwd } = world.caller;
  const caller: Caller = {
    cwd,
    env: {
      ...env,
      AITRAIL_HOME: `${world.dir}/bob`,
      GIT_AUTHOR_EMAIL: NAME,
      GIT_COMMITTER_EMAIL: NAME,
    },
  };
  for (const one of [world.caller, caller]) {
    await ensureIdentity(one, { signing: 'file' });
    await trustKey(one, null, null);
  }
  world.git('add', '.aitrail');
  world.git('commit', '-q', '-m', 'List the signers');
  const pending = (): Promise<readonly Approval[]> =>
    within(caller, (_, __, approvals) =>
      Promise.resolve(approvals.filter(({ state }) => state.kind === 'pending')),
    );
  return {
    name: NAME,
    next: async (isIt = () => true) => {
      for (let i = 0; i < 100; i += 1) {
        const newest = (await pending()).find(isIt);
        if (newest !== undefined) return newest;
        await sleep(50);
      }
      throw new Error('nothing waits for an approval');
    },
    decide: (approval, answer) =>
      within(caller, (work, facts) => decide({ caller, work, facts }, approval, answer)),
  };
}

async function within<T>(
  caller: Caller,
  act: (work: ApprovalWork, facts: ApprovalFacts, approvals: readonly Approval[]) => Promise<T>,
): Promise<T> {
  const repository = await openRepository(caller);
  const objects = openObjects(caller);
  try {
    const work = { repository, objects, policy: await loadPolicy(caller, repository) };
    const facts = await readApprovalFacts(work);
    return await act(work, facts, await readApprovals(work, facts));
  } finally {
    objects.close();
  }
}

interface Deciding {
  readonly caller: Caller;
  readonly work: ApprovalWork;
  readonly facts: ApprovalFacts;
}

async function decide(
  { caller, work, facts }: Deciding,
  { request, sha256 }: Approval,
  answer: Answer,
): Promise<void> {
  const { signer } = await ensureIdentity(caller, { signing: 'file' });
  const { id, kind, digest, expiresAtMs } = request;
  const decision = {
    answer,
    id,
    kind,
    digest,
    request: sha256,
    roots: facts.roots ?? [],
    approver: signer.principal,
    reason: '',
    atMs: Date.now(),
    expiresAtMs,
  };
  await writeApprovalLine(work.repository, id, await signDecision(decision, signer));
}
