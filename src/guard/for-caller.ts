// Whom a policy holds for. What forbids holds for everybody who is not verified to be outside of its groups; what permits
// is for those alone who are verified to be inside. Nothing that a caller merely says of itself counts.
import type { Identity } from '../model/context.ts';
import type { Connection, PipelineRule, Policy } from '../model/policy.ts';

interface Limited {
  readonly groups?: readonly string[];
}

const isInside = ({ groups = [] }: Limited, identity: Identity): boolean =>
  groups.some((group) => identity.groups.includes(group));

const holdsFor = (rule: Limited, identity: Identity): boolean =>
  rule.groups === undefined || identity.source !== 'claim' || isInside(rule, identity);

export const mayUse = (connection: Connection, identity: Identity): boolean =>
  connection.groups === undefined ||
  (identity.source === 'claim' && isInside(connection, identity));

/** The same object for callers whom the same rules hold for: what is compiled from it is found again. */
const narrowed = new WeakMap<Policy, Map<string, Policy>>();

/** The rules that hold for the caller; connections stay as they are. */
export function policyFor(policy: Policy, identity: Identity): Policy {
  const [protect, rules] = [policy.protect, policy.rules].map((list) =>
    list.map((rule) => holdsFor(rule, identity)),
  );
  if (protect === undefined || rules === undefined) return policy;
  if ([...protect, ...rules].every((holds) => holds)) return policy;
  const known = narrowed.get(policy) ?? new Map<string, Policy>();
  narrowed.set(policy, known);
  const name = JSON.stringify([protect, rules]);
  const found = known.get(name) ?? {
    ...policy,
    protect: policy.protect.filter((_, index) => protect[index]),
    rules: policy.rules.filter((_, index) => rules[index]),
  };
  known.set(name, found);
  return found;
}

/** The connection as a pipeline uses it: rules about pipelines count for verified claims alone. */
export function connectionFor(
  connection: Connection,
  pipelines: readonly PipelineRule[],
  identity: Identity,
): Connection {
  if (connection.isRecordFixed === true || identity.source !== 'claim') return connection;
  const index = pipelines.findIndex(({ claims }) =>
    Object.entries(claims).every(([name, value]) => identity.claims[name] === value),
  );
  const rule = pipelines[index];
  if (rule === undefined || rule.isRecorded) return connection;
  return {
    ...connection,
    isRecorded: false,
    recordPlace: rule.place,
    recordRule: `pipelines[${String(index)}].record is false`,
  };
}
