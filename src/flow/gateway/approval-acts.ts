// What approvers do at the gateway: see what waits, and answer it. Nobody answers what they have asked for themselves; each
// answer is signed, by the approver's own key where they have one and always by the gateways', and is a record in the log.
import { isAmong, isSamePerson, whoOf } from '../../guard/roles.ts';
import { openApproval } from '../../attest/approval-envelope.ts';
import type { NoteSigner } from '../../log/note.ts';
import { vkeyOf } from '../../log/seal.ts';
import type { ApprovalDecision, ApprovalRequest } from '../../model/approval.ts';
import { Fault } from '../../model/fault.ts';
import { parseJson, stringAt } from '../../model/json.ts';
import type { Asked } from '../../store/asked-store.ts';
import { keyOf, type OpenedAsked, sealAnswer } from '../approve/asked-approval.ts';
import { sha256Hex } from '../../model/sha256.ts';
import { openRow, tellForged } from '../approve/team-answers.ts';
import type { Recorder } from '../record/record-exchange.ts';
import { type Actor, nameOf } from './team-acts.ts';

interface ApprovalWork extends Pick<Recorder, 'store' | 'warn'> {
  readonly signer: NoteSigner;
}

/** As it travels to whoever asks: signed notes, and why an answer that lies there is none. */
export interface SentAsked extends Pick<Asked, 'request' | 'decision' | 'usedAtMs'> {
  readonly refused: string | null;
}

const ASKED_MAX = 1000;
const REASON_CHARACTERS_MAX = 500;
/** Clocks of an approver's machine and ours. */
const CLOCKS_MS = 5 * 60_000;

/** What no gateway has signed is not shown, and told of. */
export async function listForApprover(work: ApprovalWork): Promise<readonly SentAsked[]> {
  const sent: SentAsked[] = [];
  const vkey = vkeyOf(work.signer);
  for (const row of await work.store.listAsked(ASKED_MAX)) {
    const opened = openRow(row, vkey);
    const [why = null] = opened?.approval.refused ?? [];
    if (opened === null) await tellForged(work, row, 'a request: no gateway has signed it');
    else if (why !== null) await tellForged(work, row, why);
    if (opened !== null) sent.push(sentOf(row, why));
  }
  return sent;
}

const sentOf = (
  { request, decision, usedAtMs }: Pick<Asked, 'request' | 'decision' | 'usedAtMs'>,
  refused: string | null,
): SentAsked => ({ request, decision: refused === null ? decision : null, usedAtMs, refused });

interface Given {
  readonly answer: 'approve' | 'deny';
  readonly reason: string;
  /** Signed by the approver; null: by nobody. */
  readonly envelope: string | null;
}

/**
 * @param body id, answer and reason, as JSON, and `signed` with the decision's envelope.
 * @throws Fault USAGE, NO_SUCH_APPROVAL, AMBIGUOUS_ID, APPROVAL_SELF, APPROVER_NOT_LISTED, APPROVAL_OVER, APPROVAL_INVALID.
 */
export async function decideForApprover(
  work: ApprovalWork,
  actor: Actor,
  body: string,
): Promise<SentAsked> {
  const { store, warn, signer } = work;
  const json = parseJson(body);
  const answer = stringAt(json, 'answer');
  if (answer !== 'approve' && answer !== 'deny')
    throw new Fault('USAGE', 'an answer is approve or deny');
  const { row, opened } = await findOpen(work, stringAt(json, 'id') ?? '');
  refuseWhoMayNot(opened, actor);
  const reason = (stringAt(json, 'reason') ?? '').slice(0, REASON_CHARACTERS_MAX);
  const envelope = stringAt(json, 'signed');
  const decision = makeDecision(opened, actor, { answer, reason, envelope });
  const { email } = actor.principal;
  const note = sealAnswer({ decision, who: whoOf(actor), email, envelope }, signer);
  const { id, atMs } = decision;
  if (!(await store.decideAsked({ id, isApproval: answer === 'approve', decision: note, atMs })))
    throw new Fault('APPROVAL_OVER', `${id} has expired, or was answered already`);
  await recordDecision(work, decision, { who: whoOf(actor), envelope, note });
  warn(`${id}: ${answer} by ${decision.approver}`);
  return sentOf({ ...row, decision: note }, null);
}

/** @throws Fault NO_SUCH_APPROVAL, AMBIGUOUS_ID, APPROVAL_OVER. */
async function findOpen(
  { store, signer }: ApprovalWork,
  prefix: string,
): Promise<{ readonly row: Asked; readonly opened: OpenedAsked }> {
  const row = prefix === '' ? null : await store.findAsked(prefix);
  const opened = row === null ? null : openRow(row, vkeyOf(signer));
  if (row === null || opened === null)
    throw new Fault('NO_SUCH_APPROVAL', `no request for approval begins with ${plain(prefix)}`);
  const { id, expiresAtMs } = opened.approval.request;
  if (expiresAtMs <= Date.now()) throw new Fault('APPROVAL_OVER', `${id} has expired`);
  return { row, opened };
}

/** @throws Fault APPROVAL_SELF, APPROVER_NOT_LISTED. */
function refuseWhoMayNot(asked: OpenedAsked, actor: Actor): void {
  const { id, approvers }: ApprovalRequest = asked.approval.request;
  if (isSamePerson(asked, { who: whoOf(actor), email: actor.principal.email }))
    throw new Fault('APPROVAL_SELF', `${id} was asked for by ${nameOf(actor)}`);
  const person = { ...actor, groups: actor.policy.groups };
  if (approvers.length > 0 && !isAmong(approvers, person))
    throw new Fault(
      'APPROVER_NOT_LISTED',
      `${id} is for ${approvers.join(', ')}; ${nameOf(actor)} is none of them`,
    );
}

/** @throws Fault APPROVAL_INVALID where the approver signed another one. */
function makeDecision(
  { approval }: OpenedAsked,
  actor: Actor,
  { answer, reason, envelope }: Given,
): ApprovalDecision {
  const { id, kind, digest, expiresAtMs } = approval.request;
  const [request, approver, nowMs] = [approval.sha256, nameOf(actor), Date.now()];
  const about = { answer, id, kind, digest, request, roots: [], approver, reason, expiresAtMs };
  if (envelope === null) return { ...about, atMs: nowMs };
  const opened = openApproval(envelope);
  const atMs = opened?.kind === 'decision' ? opened.decision.atMs : 0;
  const decision = { ...about, atMs };
  if (keyOf(envelope, decision) === null)
    throw new Fault('APPROVAL_INVALID', `${id}: what was signed is not this answer`);
  if (Math.abs(atMs - nowMs) > CLOCKS_MS)
    throw new Fault('APPROVAL_INVALID', `${id}: it was signed at another time than now`, {
      fix: 'set the clock of the machine that signs',
    });
  return decision;
}

interface Signed {
  readonly who: string;
  readonly envelope: string | null;
  readonly note: string;
}

/** With the very answer, signatures and all: it stays when the request's row is long gone. */
async function recordDecision(
  { store }: ApprovalWork,
  given: ApprovalDecision,
  { who, envelope, note }: Signed,
): Promise<void> {
  const { answer, id, kind, digest, approver, reason, atMs } = given;
  const key = envelope === null ? null : keyOf(envelope, given);
  const facts = {
    answer,
    approval: id,
    of: kind,
    digest,
    approver,
    decision: sha256Hex(note),
    reason,
  };
  const proof = { who, role: 'approver', proof: key === null ? 'login' : 'key', key, signed: note };
  await store.addEvent({ kind: 'decided', atMs, detail: { ...facts, ...proof } });
}

const plain = (text: string): string => text.replaceAll(/[^\x20-\x7E]+/g, ' ').slice(0, 40);
