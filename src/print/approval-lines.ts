// Requests for approval as a person reads them. What a request says was written elsewhere, by an agent perhaps: every
// piece of it goes through the sanitiser, and no line of it can look like one of ours.
import {
  type Answer,
  type Approval,
  type ApprovalDecision,
  isOpen,
  type SignedDecision,
  type TeamProof,
} from '../model/approval.ts';
import { parseJson } from '../model/json.ts';
import { duration, localMinute, timestamp } from './moments.ts';
import { padColumns, plainLine, plainText } from './plain-text.ts';
import type { Style } from './style.ts';

const ANYBODY = { list: 'any listed signer', gateway: 'any approver of the gateway' } as const;

const WORDS = {
  pending: 'waits',
  approved: 'approved',
  denied: 'denied',
  used: 'used',
  expired: 'expired',
} as const satisfies Record<Approval['state']['kind'], string>;

const KINDS = {
  'tool-call': 'call',
  prompt: 'prompt',
  text: 'text',
  http: 'request',
  commit: 'commit',
  push: 'push',
} as const satisfies Record<Approval['request']['kind'], string>;

/** One line each. */
export const approvalList = (approvals: readonly Approval[], nowMs: number): string =>
  approvals.map((approval) => `${approvalTitle(approval, nowMs)}\n`).join('');

export function approvalTitle(approval: Approval, nowMs: number): string {
  const { request } = approval;
  const words = [
    request.id,
    padColumns(stateWords(approval, nowMs), 22),
    padColumns(KINDS[request.kind], 8),
    padColumns(plainLine(request.requester), 24),
    plainLine(request.what),
  ];
  return words.join('  ').trimEnd();
}

function stateWords(approval: Approval, nowMs: number): string {
  const { request, state, doubt, decisions } = approval;
  if (doubt !== null) return 'not to be believed';
  if (state.kind === 'pending') return `waits, ${duration(request.expiresAtMs - nowMs)} left`;
  const isBroken = decisions.some(({ answer }) => answer === 'break-glass');
  if (isBroken && isOpen(approval)) return 'glass broken, waits';
  return WORDS[state.kind];
}

/** All of one request: facts on top, then what is asked for, each line of it marked. */
export function approvalLines(approval: Approval, nowMs: number, style: Style): readonly string[] {
  const { request, decisions, refused, doubt } = approval;
  const rows: readonly (readonly [string, string])[] = [
    ['request', request.id],
    ['state', stateWords(approval, nowMs)],
    ['kind', KINDS[request.kind]],
    ['what', request.what],
    ['rule', request.rule + placeText(request.place)],
    ['asked by', request.requester],
    ['at', localMinute(request.createdAtMs)],
    ['until', localMinute(request.expiresAtMs)],
    ['approvers', request.approvers.join(', ') || ANYBODY[approval.isTeams ? 'gateway' : 'list']],
    ...(request.remote === null ? [] : [['remote', request.remote] as const]),
    ...(request.session === null ? [] : [['session', request.session] as const]),
    ...(request.exchange === null ? [] : [['exchange', request.exchange] as const]),
    ['sha256', request.digest],
    ...decisions.flatMap(({ answer, proof, ...each }) => [
      [answer, decisionText(each)] as const,
      ...(proof === undefined ? [] : [['proved by', proofText(proof)] as const]),
    ]),
    ...refused.map((each) => ['not counted', each] as const),
  ];
  return [
    ...(doubt === null ? [] : [style.warning(`not to be believed: ${plainLine(doubt)}`)]),
    ...rows.map(([name, value]) => `${name.padEnd(11)} ${plainLine(value)}`),
    ...(request.subject === null ? [style.faint('this is not all of it: the digest is')] : []),
    '',
    ...shownText(approval)
      .split('\n')
      .map((line) => `  | ${plainText(line)}`),
  ];
}

/** A commit and a push are shown as git tells them; all others as the very text that was hashed. */
export function shownText({ request }: Approval): string {
  const { kind, subject, content } = request;
  const isTold = subject === null || kind === 'commit' || kind === 'push';
  const value = isTold ? undefined : parseJson(subject);
  if (value === undefined) return content.trimEnd();
  return JSON.stringify(value, null, 2).replaceAll(String.raw`\n`, '\n');
}

const decisionText = ({
  approver,
  atMs,
  reason,
  sha256,
}: Omit<SignedDecision, 'answer' | 'proof'>): string =>
  `by ${approver} at ${localMinute(atMs)}${reason === '' ? '' : `: ${reason}`} (${sha256.slice(0, 12)})`;

/** What of it was proved, and by whom. */
const proofText = ({ gateway, who, key }: TeamProof): string =>
  `${key === null ? 'the login alone' : `their key ${key}, and the login`} (${who}), which ${gateway} saw`;

const placeText = (place: Approval['request']['place']): string =>
  place === null ? '' : ` (${place.file}:${String(place.line)})`;

/** For programs: text as it was written. */
export const approvalJson = ({
  request,
  state,
  decisions,
  refused,
  doubt,
  ...approval
}: Approval): object => ({
  ...request,
  createdAt: timestamp(request.createdAtMs),
  expiresAt: timestamp(request.expiresAtMs),
  state: state.kind,
  open: isOpen({ request, state, decisions, refused, doubt, ...approval }),
  decisions: decisions.map(({ answer, approver, reason, atMs, sha256, proof }) => ({
    answer,
    approver,
    reason,
    at: timestamp(atMs),
    sha256,
    ...(proof === undefined ? {} : { proof }),
  })),
  refused,
  doubt,
});

const ANSWERED = {
  approve: 'approved',
  deny: 'denied',
  'break-glass': 'passes once; somebody else must approve it afterwards',
} as const satisfies Record<Answer, string>;

/** What a decision came to. @param unsent why it did not reach the remote. */
export function decidedLine({
  approval,
  decision,
  unsent,
}: {
  readonly approval: Approval;
  readonly decision: ApprovalDecision;
  readonly unsent: string | null;
}): string {
  const what = `${decision.id} ${ANSWERED[decision.answer]}: ${plainLine(approval.request.what)}`;
  return unsent === null ? what : `${what}\nthe remote does not have it yet: ${plainLine(unsent)}`;
}
