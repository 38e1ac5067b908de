// Compiled rules by policy, and what becomes of their decisions: a line of the daemon's log, a line for the person at the
// end of the run, and an event of the log.
import { describeDecision } from '../../guard/decide.ts';
import { openStreamRules, type StreamRules } from '../../guard/stream-rules.ts';
import type { Decision } from '../../model/decision.ts';
import type { EventDetail } from '../../model/event.ts';
import type { Policy } from '../../model/policy.ts';
import type { Admitted, Recorder } from '../record/record-exchange.ts';
import { tellGap } from '../record/tell-gap.ts';

export interface RuleBook {
  /** @throws Fault CONFIG_INVALID for a pattern that cannot be run. */
  of(policy: Policy): StreamRules;
}

export function openRuleBook(): RuleBook {
  const opened = new WeakMap<Policy, StreamRules>();
  return {
    of: (policy) => {
      const rules = opened.get(policy) ?? openStreamRules(policy);
      opened.set(policy, rules);
      return rules;
    },
  };
}

/** A run says no more than this at its end. */
const NOTICES_MAX = 50;

/** Never throws: a decision holds whether or not it can be written down. */
export async function recordDecision(
  recorder: Recorder,
  admitted: Admitted,
  decision: Decision,
): Promise<void> {
  const { store, grants, meters, warn } = recorder;
  const { id, grant, policy } = admitted;
  const line = describeDecision(decision);
  warn(`${id}: ${line}`);
  meters.decision(decision);
  const { notices } = grants.tally(grant.id);
  if (notices.length < NOTICES_MAX) notices.push(line);
  if (decision.effect === 'blocked') tellBlock(recorder, admitted, decision);
  const detail = rulingDetail(id, decision, policy.digest);
  await store.addEvent({ kind: 'ruled', atMs: Date.now(), detail }).catch((thrown: unknown) => {
    const missing = `a decision of ${id} is not in the log: ${String(thrown)}`;
    tellGap(recorder, admitted, { id, line: missing });
  });
}

/** What was decided by which rule, and what somebody was asked to approve. The name of a protected path is content. */
const rulingDetail = (
  exchange: string,
  { effect, on, name, what, place, action, approval }: Decision,
  policy: string,
): EventDetail => ({
  exchange,
  effect,
  on,
  rule: on === 'protect' ? null : name,
  tool: on === 'tool-call' ? what : null,
  action,
  place: place === null ? null : `${place.file}:${String(place.line)}`,
  policy,
  approval: approval?.digest ?? null,
  decision: approval?.by?.sha256 ?? null,
});

/** The name of a protected path is content. */
function tellBlock({ notifier }: Recorder, { id, grant, policy }: Admitted, blocked: Decision) {
  const rule = blocked.on === 'protect' ? null : blocked.name;
  const about = { on: 'block', subject: blocked.on, rule, approval: null } as const;
  notifier.tell(policy, { ...about, exchange: id, place: grant.place });
}
