// Approvals of a team's gateway: its callers are in no repository, so that requests and answers lie in the store, where any
// instance finds them. Who answers is known by their token.
import { setTimeout as pause } from 'node:timers/promises';
import { whoOf } from '../../guard/roles.ts';
import type {
  Approval,
  ApprovalDraft,
  ApprovalRequest,
  ApprovalUse,
} from '../../model/approval.ts';
import { canonicalJson } from '../../model/canonical-json.ts';
import { newApprovalId } from '../../store/ids.ts';
import type { Asked, AskedStore, NewAsked } from '../../store/asked-store.ts';
import type { Admitted } from '../record/record-exchange.ts';
import type { ApprovalBook, SessionApprovals } from './approval-book.ts';
import { approvalOf, sha256 } from './asked-approval.ts';

type Asking = Pick<Admitted, 'grant' | 'policy'>;

const LOOK_MS = 500;

/** Nobody is asked for whom no token names: they could answer themselves. */
export const openTeamApprovals = (store: AskedStore): ApprovalBook => ({
  of: (admitted) =>
    admitted.grant.identity.source === 'claim' ? approvalsOf(store, admitted) : null,
  // answers come through any instance: whoever waits looks for themselves
  wake: () => undefined,
});

function approvalsOf(store: AskedStore, admitted: Asking): SessionApprovals {
  return {
    command: (verb, id) => `aitrail approvals ${verb} ${id} --gateway`,
    ask: async (draft) => readAsked(await store.keepAsked(makeAsked(admitted, draft))).request,
    use: async (draft) => {
      const asked = await store.useAsked(keyOf(admitted, draft), Date.now());
      return asked === null ? null : useOf(readAsked(asked));
    },
    read: (id) => read(store, id),
    wait: (id, signal) => wait(store, id, signal),
  };
}

/** Who asks, and for what: an approval holds for nobody else, and not where the rule names other approvers by now. */
const keyOf = ({ grant }: Asking, { kind, digest, approvers }: ApprovalDraft): string =>
  sha256(canonicalJson([whoOf(grant), kind, digest, approvers]));

function makeAsked(admitted: Asking, draft: ApprovalDraft): NewAsked {
  const { grant, policy } = admitted;
  const [who, { email, name }] = [whoOf(grant), grant.principal];
  const atMs = Date.now();
  const request: ApprovalRequest = {
    ...draft,
    id: newApprovalId(),
    requester: email === '' ? name : email,
    remote: grant.place.remote,
    clone: sha256(who),
    createdAtMs: atMs,
    expiresAtMs: atMs + policy.approvals.expireMs,
  };
  return {
    id: request.id,
    key: keyOf(admitted, draft),
    who,
    email,
    request: canonicalJson(request),
    atMs,
    expiresAtMs: request.expiresAtMs,
  };
}

function readAsked(asked: Asked): Approval {
  const approval = approvalOf(asked);
  if (approval === null) throw new Error(`what the store has as ${asked.id} is no request`);
  return approval;
}

function useOf({ request, state }: Approval): ApprovalUse | null {
  if (state.kind !== 'used' || state.by === null) return null;
  const { approver, envelope, sha256: digest } = state.by;
  const { id, kind, digest: subject } = request;
  return { id, kind, digest: subject, answer: 'approve', approver, envelope, sha256: digest };
}

async function read(store: AskedStore, id: string): Promise<Approval | null> {
  const asked = await store.findAsked(id);
  return asked === null ? null : approvalOf(asked);
}

async function wait(store: AskedStore, id: string, signal: AbortSignal): Promise<Approval | null> {
  for (;;) {
    const approval = await read(store, id);
    if (approval?.state.kind !== 'pending' || signal.aborted) return approval;
    await pause(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined); // woken early
  }
}
