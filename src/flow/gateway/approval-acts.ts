// What approvers do at the gateway: see what waits, and answer it. Nobody answers what they have asked for themselves; each
// answer is a record in the log, with whom the token names.
import { isAmong, isSamePerson, whoOf } from '../../guard/roles.ts';
import type { ApprovalDecision, ApprovalRequest } from '../../model/approval.ts';
import { canonicalJson } from '../../model/canonical-json.ts';
import { Fault } from '../../model/fault.ts';
import { parseJson, stringAt } from '../../model/json.ts';
import type { Asked } from '../../store/asked-store.ts';
import { approvalOf, sha256 } from '../approve/asked-approval.ts';
import type { Recorder } from '../record/record-exchange.ts';
import { type Actor, nameOf } from './team-acts.ts';

type ApprovalRecorder = Pick<Recorder, 'store' | 'warn'>;

/** As it travels to whoever asks. */
export type AskedAnswer = Pick<Asked, 'request' | 'decision' | 'usedAtMs'>;

const ASKED_MAX = 1000;
const REASON_CHARACTERS_MAX = 500;

export async function listForApprover({
  store,
}: ApprovalRecorder): Promise<readonly AskedAnswer[]> {
  const found = await store.listAsked(ASKED_MAX);
  return found.map(answerOf);
}

const answerOf = ({ request, decision, usedAtMs }: Asked): AskedAnswer => ({
  request,
  decision,
  usedAtMs,
});

/**
 * @param body id, answer and reason, as JSON.
 * @throws Fault USAGE, NO_SUCH_APPROVAL, AMBIGUOUS_ID, APPROVAL_SELF, APPROVER_NOT_LISTED, APPROVAL_OVER.
 */
export async function decideForApprover(
  { store, warn }: ApprovalRecorder,
  actor: Actor,
  body: string,
): Promise<AskedAnswer> {
  const json = parseJson(body);
  const [prefix, answer] = [stringAt(json, 'id') ?? '', stringAt(json, 'answer')];
  if (answer !== 'approve' && answer !== 'deny')
    throw new Fault('USAGE', 'an answer is approve or deny');
  const asked = prefix === '' ? null : await store.findAsked(prefix);
  const approval = asked === null ? null : approvalOf(asked);
  if (asked === null || approval === null)
    throw new Fault('NO_SUCH_APPROVAL', `no request for approval begins with ${plain(prefix)}`);
  const { request } = approval;
  refuseWhoMayNot(asked, request, actor);
  const reason = (stringAt(json, 'reason') ?? '').slice(0, REASON_CHARACTERS_MAX);
  const decision = makeDecision(request, { answer, reason, approver: nameOf(actor) });
  const text = canonicalJson({ ...decision, request: approval.sha256, who: whoOf(actor) });
  const isApproval = answer === 'approve';
  const { atMs } = decision;
  if (!(await store.decideAsked({ id: request.id, isApproval, decision: text, atMs })))
    throw new Fault('APPROVAL_OVER', `${request.id} has expired, or was answered already`);
  await recordDecision(store, decision, { who: whoOf(actor), sha256: sha256(text) });
  warn(`${request.id}: ${answer} by ${decision.approver}`);
  return answerOf({ ...asked, decision: text });
}

/** @throws Fault APPROVAL_SELF, APPROVER_NOT_LISTED. */
function refuseWhoMayNot(asked: Asked, { id, approvers }: ApprovalRequest, actor: Actor): void {
  if (isSamePerson(asked, { who: whoOf(actor), email: actor.principal.email }))
    throw new Fault('APPROVAL_SELF', `${id} was asked for by ${nameOf(actor)}`);
  const person = { ...actor, groups: actor.policy.groups };
  if (approvers.length > 0 && !isAmong(approvers, person))
    throw new Fault(
      'APPROVER_NOT_LISTED',
      `${id} is for ${approvers.join(', ')}; ${nameOf(actor)} is none of them`,
    );
}

type Given = Pick<ApprovalDecision, 'approver' | 'reason'> & {
  readonly answer: 'approve' | 'deny';
};

const makeDecision = (
  { id, kind, digest, expiresAtMs }: ApprovalRequest,
  given: Given,
): Omit<ApprovalDecision, 'request'> => ({
  ...given,
  id,
  kind,
  digest,
  roots: [],
  atMs: Date.now(),
  expiresAtMs,
});

async function recordDecision(
  store: Recorder['store'],
  { answer, id, kind, digest, approver, reason, atMs }: Omit<ApprovalDecision, 'request'>,
  { who, sha256: decision }: { readonly who: string; readonly sha256: string },
): Promise<void> {
  const facts = { answer, approval: id, of: kind, digest, approver, decision, reason };
  await store.addEvent({ kind: 'decided', atMs, detail: { ...facts, who, role: 'approver' } });
}

const plain = (text: string): string => text.replaceAll(/[^\x20-\x7E]+/g, ' ').slice(0, 40);
