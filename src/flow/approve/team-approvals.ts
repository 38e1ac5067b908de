// Approvals of a team's gateway: its callers are in no repository, so that requests and answers lie in the store, where any
// instance finds them. Nothing there is believed for lying there: gateways sign both, and the log knows what was used.
import { setTimeout as pause } from 'node:timers/promises';
import { whoOf } from '../../guard/roles.ts';
import { vkeyOf } from '../../log/seal.ts';
import type { NoteSigner } from '../../log/note.ts';
import type {
  Approval,
  ApprovalDraft,
  ApprovalRequest,
  ApprovalUse,
} from '../../model/approval.ts';
import { canonicalJson } from '../../model/canonical-json.ts';
import { Fault } from '../../model/fault.ts';
import { newApprovalId } from '../../store/ids.ts';
import type { Asked, NewAsked } from '../../store/asked-store.ts';
import type { Admitted } from '../record/record-exchange.ts';
import type { ApprovalBook, SessionApprovals } from './approval-book.ts';
import { type OpenedAsked, sealRequest } from './asked-approval.ts';
import { sha256Hex } from '../../model/sha256.ts';
import { isFirstUse, openRow, tellForged, type TeamStore } from './team-answers.ts';

type Asking = Pick<Admitted, 'grant' | 'policy'>;

export interface TeamApprovals {
  readonly store: TeamStore;
  /** That all gateways share. */
  readonly signer: NoteSigner;
  readonly warn: (line: string) => void;
}

const LOOK_MS = 500;
/** Rows that are tried, where somebody has put more than one beside the true one. */
const TRIES = 20;

/** Nobody is asked for whom no token names: they could answer themselves. */
export const openTeamApprovals = (team: TeamApprovals): ApprovalBook => ({
  of: (admitted) =>
    admitted.grant.identity.source === 'claim' ? approvalsOf(team, admitted) : null,
  // answers come through any instance: whoever waits looks for themselves
  wake: () => undefined,
});

function approvalsOf(team: TeamApprovals, admitted: Asking): SessionApprovals {
  return {
    command: (verb, id) => `aitrail approvals ${verb} ${id} --gateway`,
    ask: (draft) => ask(team, admitted, draft),
    use: (draft) => use(team, admitted, draft),
    read: (id) => read(team, id),
    wait: (id, signal) => wait(team, id, signal),
  };
}

/** Who asks, and for what: an approval holds for nobody else, and not where the rule names other approvers by now. */
const keyOf = ({ grant }: Asking, { kind, digest, approvers }: ApprovalDraft): string =>
  sha256Hex(canonicalJson([whoOf(grant), kind, digest, approvers]));

/** @throws Fault APPROVAL_FORGED where another's row stands in the way: it is closed, and does so once. */
async function ask(
  team: TeamApprovals,
  admitted: Asking,
  draft: ApprovalDraft,
): Promise<ApprovalRequest> {
  const row = await team.store.keepAsked(makeAsked(team, admitted, draft));
  const opened = openRow(row, vkeyOf(team.signer));
  if (opened?.key === keyOf(admitted, draft)) return opened.approval.request;
  const why = 'a request: no gateway has signed it';
  await tellForged(team, row, why);
  const atMs = Date.now();
  await team.store.decideAsked({ id: row.id, isApproval: false, decision: '', atMs });
  throw new Fault('APPROVAL_FORGED', `the store has as ${row.id.slice(0, 20)} ${why}`);
}

function makeAsked({ signer }: TeamApprovals, admitted: Asking, draft: ApprovalDraft): NewAsked {
  const { grant, policy } = admitted;
  const [who, { email, name }] = [whoOf(grant), grant.principal];
  const [atMs, key] = [Date.now(), keyOf(admitted, draft)];
  const request: ApprovalRequest = {
    ...draft,
    id: newApprovalId(),
    requester: email === '' ? name : email,
    remote: grant.place.remote,
    clone: sha256Hex(who),
    createdAtMs: atMs,
    expiresAtMs: atMs + policy.approvals.expireMs,
  };
  const { id, expiresAtMs } = request;
  const sealed = sealRequest({ key, who, email, request }, signer);
  return { id, key, who, email, request: sealed, atMs, expiresAtMs };
}

async function use(
  team: TeamApprovals,
  admitted: Asking,
  draft: ApprovalDraft,
): Promise<ApprovalUse | null> {
  const key = keyOf(admitted, draft);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const row = await team.store.useAsked(key, Date.now());
    if (row === null) return null;
    const opened = openRow(row, vkeyOf(team.signer));
    const why = refuseUse(opened, key) ?? (await refuseAgain(team, row));
    if (why === null && opened !== null) return useOf(opened.approval);
    await tellForged(team, row, why ?? '');
  }
  return null;
}

/** @returns why what the store has as approved is not. */
function refuseUse(opened: OpenedAsked | null, key: string): string | null {
  if (opened === null) return 'a request: no gateway has signed it';
  const { request, refused, state } = opened.approval;
  if (opened.key !== key) return 'it is about something else';
  if (request.expiresAtMs <= Date.now()) return 'it has expired';
  return state.kind === 'used' && state.by !== null ? null : (refused[0] ?? 'nobody approved it');
}

const refuseAgain = async ({ store }: TeamApprovals, row: Asked): Promise<string | null> =>
  (await isFirstUse(store, row.id)) ? null : 'it was used before, by the log';

function useOf({ request, state }: Approval): ApprovalUse | null {
  if (state.kind !== 'used' || state.by === null) return null;
  const { approver, envelope, sha256: digest } = state.by;
  const { id, kind, digest: subject } = request;
  return { id, kind, digest: subject, answer: 'approve', approver, envelope, sha256: digest };
}

async function read({ store, signer }: TeamApprovals, id: string): Promise<Approval | null> {
  const row = await store.findAsked(id);
  return row === null ? null : (openRow(row, vkeyOf(signer))?.approval ?? null);
}

async function wait(
  team: TeamApprovals,
  id: string,
  signal: AbortSignal,
): Promise<Approval | null> {
  for (;;) {
    const approval = await read(team, id);
    const [why] = approval?.refused ?? [];
    if (why !== undefined) await tellForged(team, { id }, why);
    if (approval?.state.kind !== 'pending' || why !== undefined || signal.aborted) return approval;
    await pause(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined); // woken early
  }
}
