// An action that needs approval: passes where somebody has approved exactly this before, else is asked for and held
// while there is time, else refused with the id; the request stays open, and the same passes once it is approved.
import { patienceMs } from '../../agents/agents.ts';
import { unapprovedWords } from '../../guard/decide.ts';
import { maskSubject } from '../../guard/approval-subject.ts';
import type { HeldSubject } from '../../guard/held-subjects.ts';
import type { Approval, ApprovalDraft, ApprovalKind, ApprovalUse } from '../../model/approval.ts';
import type { Decision } from '../../model/decision.ts';
import { isFault } from '../../model/fault.ts';
import { maskText } from '../../secrets/mask-text.ts';
import { maskJson } from '../../wire/mask-body.ts';
import type { TextMasker } from '../../wire/text-masker.ts';
import type { SessionApprovals } from './approval-book.ts';
import { endingAfter } from '../at-most.ts';
import type { PolicyMasker } from '../mask/maskers.ts';
import type { Admitted, Recorder } from '../record/record-exchange.ts';
import { recordDecision } from '../judge/rule-book.ts';

/** Who asks, and how long anybody may think. */
export interface Holder {
  readonly recorder: Recorder;
  readonly admitted: Admitted;
  readonly session: string;
  readonly agent: string | null;
  /** What is shown to whoever decides passes it: a request for approval travels with the repository. */
  readonly masker: Pick<PolicyMasker, 'stream' | 'text'>;
  /** A reply under way: its client gets signs of life. */
  readonly hasSigns: boolean;
  /** Aborted when the client hangs up. */
  readonly gone: AbortSignal;
}

/** Before a client gives up on us, it is told. */
const MARGIN_MS = 10_000;
/** Clients give a whole reply ten minutes, whatever signs it gives. */
const REPLY_MS = 9 * 60_000;
const LINE_CHARS = 200;
const CONTENT_CHARS = 60_000;

/**
 * @param held those decisions about one action that want an approval.
 * @returns null: it may pass. Else words for the agent.
 */
export async function holdAction(
  holder: Holder,
  subject: HeldSubject,
  held: readonly Decision[],
): Promise<string | null> {
  const { recorder, admitted } = holder;
  const approvals = recorder.approvals.of(admitted);
  if (approvals === null)
    return unapprovedWords(held, { id: null, over: 'Nobody can approve outside of a repository' });
  try {
    for (const decisions of groupsOf(held)) {
      const words = await settleOne({ ...holder, approvals }, subject, decisions);
      if (words !== null) return words;
    }
    return null;
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    recorder.warn(`${admitted.id}: no approval could be asked for: ${thrown.message}`);
    const over = `It could not be asked for: ${thrown.message}; ${thrown.fix}`;
    return unapprovedWords(held, { id: null, over });
  }
}

interface Asker extends Holder {
  readonly approvals: SessionApprovals;
}

/** One request for each set of approvers. */
function groupsOf(held: readonly Decision[]): readonly (readonly Decision[])[] {
  const names = new Set(held.map(({ approvers }) => approvers.join()));
  return [...names].map((name) => held.filter(({ approvers }) => approvers.join() === name));
}

async function settleOne(
  holder: Asker,
  subject: HeldSubject,
  decisions: readonly Decision[],
): Promise<string | null> {
  const { approvals } = holder;
  const draft = draftOf(holder, subject, decisions);
  const { digest } = draft;
  const before = await approvals.use(draft);
  if (before !== null) return pass(holder, decisions, before);

  const startedAtMs = Date.now();
  const { id, createdAtMs } = await approvals.ask(draft);
  await tell(holder, decisions, { effect: 'held', approval: { id, digest, by: null } });
  if (createdAtMs >= startedAtMs) notify(holder, decisions, { kind: draft.kind, id });
  const approval = await waitFor(holder, id);
  const isReleased = approval?.state.kind === 'approved' && !holder.gone.aborted;
  const use = isReleased ? await approvals.use(draft) : null;
  if (use !== null) return pass(holder, decisions, use);
  return refuse(holder, decisions, { id, digest, approval });
}

function draftOf(
  { masker, admitted, session }: Holder,
  { kind, what, content, ...held }: HeldSubject,
  decisions: readonly Decision[],
): ApprovalDraft {
  const shown = (said: string): string => maskText(masker.stream, said).text;
  const { text, digest } = maskSubject(held.subject, (plain) => maskStrings(masker.text, plain));
  return {
    kind,
    digest,
    what: cut(shown(what), LINE_CHARS),
    rule: cut([...new Set(decisions.map(({ name }) => name))].join(', '), LINE_CHARS),
    place: decisions[0]?.place ?? null,
    approvers: decisions[0]?.approvers ?? [],
    session,
    exchange: admitted.id,
    content: cut(shown(content), CONTENT_CHARS),
    subject: text.length <= CONTENT_CHARS ? text : null,
  };
}

/** String by string, as the record is: what stands in JSON under a telling name is found there. */
function maskStrings(masker: TextMasker, json: string): string {
  const { record } = maskJson(masker, () => false, Buffer.from(json, 'utf8'));
  return record === null ? json : Buffer.from(record).toString('utf8');
}

function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  return `${text.slice(0, charsMax)} … ${String(text.length - charsMax)} more characters are not shown`;
}

async function waitFor(holder: Asker, id: string): Promise<Approval | null> {
  const { approvals } = holder;
  const holdMs = holdMsOf(holder);
  const now = await approvals.read(id);
  // nobody would be believed who approves what an unlisted key asks for
  if (holdMs <= 0 || now === null || now.doubt !== null) return now;
  return endingAfter(holdMs, holder.gone, (signal) => approvals.wait(id, signal));
}

function holdMsOf({ recorder, admitted, agent, hasSigns }: Holder): number {
  if (recorder.grants.isUnattended(admitted.grant.id)) return 0;
  const spentMs = Date.now() - admitted.startedAtMs;
  const mostMs = hasSigns ? REPLY_MS : patienceMs(agent);
  return Math.min(admitted.policy.approvals.holdMs, mostMs - MARGIN_MS - spentMs);
}

async function pass(
  holder: Holder,
  decisions: readonly Decision[],
  { id, digest, approver, sha256 }: ApprovalUse,
): Promise<null> {
  const approval = { id, digest, by: { name: approver, sha256 } };
  await tell(holder, decisions, { effect: 'approved', approval });
  return null;
}

async function refuse(
  holder: Asker,
  decisions: readonly Decision[],
  { id, digest, approval }: { id: string; digest: string; approval: Approval | null },
): Promise<string> {
  const { state, doubt = null } = approval ?? {};
  if (state?.kind !== 'denied') {
    await tell(holder, decisions, { effect: 'unapproved', approval: { id, digest, by: null } });
    const over = doubt === null ? null : `Nobody can approve it: ${doubt}`;
    return unapprovedWords(decisions, {
      command: holder.approvals.command('approve', id),
      id,
      over,
    });
  }
  const { approver: name, sha256, reason } = state.by;
  const denied = { id, digest, by: { name, sha256 } };
  await tell(holder, decisions, { effect: 'denied', approval: denied });
  const why = reason === '' ? '' : `: ${reason}`;
  return unapprovedWords(decisions, { id, over: `${name} has denied it${why}` });
}

async function tell(
  { recorder, admitted }: Holder,
  decisions: readonly Decision[],
  told: Pick<Decision, 'effect' | 'approval'>,
): Promise<void> {
  for (const decision of decisions)
    await recordDecision(recorder, admitted, { ...decision, ...told });
}

function notify(
  { recorder, admitted, approvals }: Asker,
  [first]: readonly Decision[],
  { kind, id }: { readonly kind: ApprovalKind; readonly id: string },
): void {
  const { policy, grant } = admitted;
  const rule = first === undefined || first.on === 'protect' ? null : first.name;
  const about = { on: 'approval', subject: kind, rule, exchange: admitted.id } as const;
  const command = approvals.command('show', id);
  recorder.notifier.tell(policy, { ...about, place: grant.place, approval: id, command });
}
