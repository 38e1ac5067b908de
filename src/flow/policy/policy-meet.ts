// Which rules of a policy something meets, whatever the policy's mode: what `policy test` and `policy replay` are about.
import type { Decision } from '../../model/decision.ts';
import type { Policy, RuleAction, StreamRule } from '../../model/policy.ts';
import type { ToolCall } from '../../model/wire.ts';
import { openStreamRules } from '../../guard/stream-rules.ts';
import { decideUnit, type ReplyRules } from '../judge/judge-reply.ts';
import type { PathResolver, Standing } from '../record/resolve-path.ts';

export interface Met {
  readonly action: RuleAction;
  readonly on: Decision['on'];
  /** Name of the rule; the protected path for `protect`. */
  readonly rule: string;
  /** Tool, or method and path; null where the kind says it all. */
  readonly what: string | null;
  /** `file:line` where the rule was written. */
  readonly place: string | null;
}

export interface Meeting {
  readonly policy: Policy;
  readonly agent: string | null;
  readonly standing: Standing;
  readonly repository: string | null;
  readonly paths: PathResolver;
}

/** @throws Fault CONFIG_INVALID for a pattern that cannot be run. */
export function openMeeting(meeting: Meeting): {
  readonly call: (call: ToolCall) => Promise<readonly Met[]>;
  readonly text: (on: 'text' | 'prompt', text: string) => readonly Met[];
  readonly request: (method: string, path: string, body: string | null) => readonly Met[];
} {
  const policy: Policy = { ...meeting.policy, mode: 'enforce' };
  const rules = openStreamRules(policy);
  const context: ReplyRules = { ...meeting, policy, rules };
  return {
    call: async (call) => {
      const decided = await decideUnit(context, { kind: 'call', key: '', call });
      return decided.map((decision) => metOf(policy, decision));
    },
    text: (on, text) => rules.meetText(on, text).map((rule) => ruleMet(rule, null)),
    request: (method, path, body) =>
      rules
        .meetRequest({ method, path, body })
        .map((rule) => ruleMet(rule, `${method} ${path.split('?')[0] ?? ''}`)),
  };
}

const ruleMet = ({ name, on, action, place }: StreamRule, what: string | null): Met => ({
  action,
  on,
  rule: name,
  what,
  place: place === null ? null : `${place.file}:${String(place.line)}`,
});

function metOf(policy: Policy, { on, name, what, place }: Decision): Met {
  const isIt = (rule: { readonly place: Decision['place'] }): boolean => rule.place === place;
  const rule = on === 'protect' ? policy.protect.find(isIt) : policy.rules.find(isIt);
  return {
    action: rule?.action ?? 'block',
    on,
    rule: name,
    what,
    place: place === null ? null : `${place.file}:${String(place.line)}`,
  };
}

const RANK: readonly RuleAction[] = ['warn', 'approve', 'block'];

/** What happens to something that several rules meet. */
export const strictestOf = (met: readonly Met[]): RuleAction | 'pass' =>
  RANK.findLast((action) => met.some((one) => one.action === action)) ?? 'pass';
