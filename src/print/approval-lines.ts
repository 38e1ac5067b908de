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
import {
  columnsOf,
  fitColumns,
  padColumns,
  plainLine,
  plainText,
  wrapColumns,
} from './plain-text.ts';
import type { Style } from './style.ts';

const anybodyOf = ({ isTeams }: Approval): string =>
  isTeams === true ? 'any approver of the gateway' : 'any listed signer';

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

/** Fewer columns are for what is asked: who asks, and until when, stand with the rest of it. */
const REQUESTER_FROM_COLUMNS = 100;
const STATE_FROM_COLUMNS = 60;

/** @returns lines ended by LF; where `columns` is Infinity, a pipe, none is cut and nothing else is said. */
export function approvalList(
  approvals: readonly Approval[],
  page: { readonly nowMs: number; readonly columns: number; readonly style: Style },
): string {
  const rows = approvalRows(approvals, page.nowMs, page.columns);
  const next = page.style.faint(
    'one of them: aitrail approvals show ID, then approve ID or deny ID',
  );
  return [...rows, ...(page.columns === Infinity ? [] : [next])].map((row) => `${row}\n`).join('');
}

/** A line of each. */
export function approvalRows(
  approvals: readonly Approval[],
  nowMs: number,
  columns: number,
): readonly string[] {
  const table = approvals.map((approval) => {
    const { id, kind, requester, what } = approval.request;
    const until = columns < STATE_FROM_COLUMNS ? [] : [stateWords(approval, nowMs)];
    const who = columns < REQUESTER_FROM_COLUMNS ? [] : [plainLine(requester)];
    return { facts: [id, ...until, KINDS[kind], ...who], what: plainLine(what) };
  });
  const widths = (table[0]?.facts ?? []).map((_, at) =>
    Math.max(...table.map(({ facts }) => columnsOf(facts[at] ?? ''))),
  );
  return table.map(({ facts, what }) => {
    const head = facts.map((fact, at) => `${padColumns(fact, widths[at] ?? 0)}  `).join('');
    return fitColumns(`${head}${what}`.trimEnd(), columns);
  });
}

function stateWords(approval: Approval, nowMs: number): string {
  const { request, state, doubt, decisions } = approval;
  if (doubt !== null) return 'not to be believed';
  if (state.kind === 'pending') return `waits, ${duration(request.expiresAtMs - nowMs)} left`;
  const isBroken = decisions.some(({ answer }) => answer === 'break-glass');
  if (isBroken && isOpen(approval)) return 'glass broken, waits';
  return WORDS[state.kind];
}

/** Before each line of what is asked for, and where a long one goes on. */
const MARKS = ['  | ', '  ┊ '] as const;

/**
 * All of one request: what decides, then what is asked for, each line of it marked and whole, then where it comes from.
 *
 * @param page `columns` may be Infinity.
 */
export function approvalLines(
  approval: Approval,
  page: { readonly nowMs: number; readonly columns: number; readonly style: Style },
): readonly string[] {
  const { request, decisions, refused, doubt } = approval;
  const { columns, style } = page;
  return [
    ...(doubt === null ? [] : [style.warning(`not to be believed: ${plainLine(doubt)}`)]),
    ...rowLines(
      [
        ['what', request.what],
        ['rule', request.rule + placeText(request.place)],
        ['asked by', request.requester],
        ['state', stateWords(approval, page.nowMs)],
        ...decisions.flatMap(({ answer, proof, ...each }) => [
          [answer, decisionText(each)] as const,
          ...(proof === undefined ? [] : [['proved by', proofText(proof)] as const]),
        ]),
        ...refused.map((each) => ['not counted', each] as const),
        ['approvers', request.approvers.join(', ') || anybodyOf(approval)],
      ],
      columns,
    ),
    ...(request.subject === null ? [style.faint('this is not all of it: the digest is')] : []),
    '',
    ...shownText(approval)
      .split('\n')
      .flatMap((line) => markedLines(line, columns)),
    '',
    ...rowLines(originRows(approval), columns).map((line) => style.faint(line)),
  ];
}

type Row = readonly [string, string];

const originRows = ({ request }: Approval): readonly Row[] => [
  ['request', request.id],
  ['kind', KINDS[request.kind]],
  ['at', localMinute(request.createdAtMs)],
  ['until', localMinute(request.expiresAtMs)],
  ...(request.remote === null ? [] : [['remote', request.remote] as const]),
  ...(request.session === null ? [] : [['session', request.session] as const]),
  ...(request.exchange === null ? [] : [['exchange', request.exchange] as const]),
  ['sha256', request.digest],
];

const rowLines = (rows: readonly Row[], columns: number): readonly string[] =>
  rows.flatMap(([name, value]) =>
    wrapColumns(plainLine(value), columns - 12).map(
      (part, i) => `${(i === 0 ? name : '').padEnd(11)} ${part}`,
    ),
  );

const markedLines = (line: string, columns: number): readonly string[] =>
  wrapColumns(plainText(line).replaceAll('\t', '  '), columns - MARKS[0].length).map((part, i) =>
    `${MARKS[i === 0 ? 0 : 1]}${part}`.trimEnd(),
  );

/** A commit and a push are shown as git tells them; all others as the very text that was hashed. */
export function shownText({ request }: Approval): string {
  const { kind, subject, content } = request;
  const isTold = subject === null || kind === 'commit' || kind === 'push';
  const value = isTold ? undefined : parseJson(subject);
  if (value === undefined) return content.trimEnd();
  // line ends are shown as such; a backslash and an n that were written stay what they are
  return JSON.stringify(value, null, 2).replaceAll(/\\(.)/g, (escape, character: string) =>
    character === 'n' ? '\n' : escape,
  );
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
