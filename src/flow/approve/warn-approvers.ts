// Rules with `approve` that nobody could satisfy for this user: a team of one, an empty group, no list of signers.
import { parseKeyLine } from '../../attest/ssh-key.ts';
import { speaksFor } from '../../attest/trust.ts';
import { openObjects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import { findPolicyBase } from '../../git/policy-base.ts';
import { peopleOf } from '../../guard/approvers.ts';
import { isFault } from '../../model/fault.ts';
import type { Policy, SettingPlace } from '../../model/policy.ts';
import type { Signer } from '../../model/signing.ts';
import { SIGNATURE_NAMESPACE } from '../../model/statement.ts';
import { openSigner } from '../attest/open-signer.ts';
import { readTrust } from '../verify/read-trust.ts';

export interface LonelyRule {
  /** As the policy names it: `protect`, `rules`, `push`. */
  readonly list: 'protect' | 'rules' | 'push';
  readonly place: SettingPlace | null;
  /** Why nobody else could. */
  readonly why: string;
}

/** @returns rules that only the caller, or nobody at all, could approve. Never throws for a missing key. */
export async function findLonelyRules(
  repository: Repository,
  policy: Policy,
): Promise<readonly LonelyRule[]> {
  const { protect, rules, push } = policy;
  const asking = [
    ...protect.map((rule) => ({ list: 'protect', rule }) as const),
    ...rules.map((rule) => ({ list: 'rules', rule }) as const),
    ...push.map((rule) => ({ list: 'push', rule }) as const),
  ].filter(({ rule }) => rule.action === 'approve');
  if (asking.length === 0) return [];
  const others = await listOthers(repository, policy);
  return asking.flatMap(({ list, rule: { approvers, place } }) => {
    const people = peopleOf(approvers, policy.groups);
    const could = others.filter((name) => people === null || people.includes(name));
    if (could.length > 0) return [];
    const why =
      others.length === 0
        ? 'the base revision lists no signer besides you: aitrail identity trust KEY'
        : 'none of its approvers is a listed signer besides you, as the base revision has it';
    return [{ list, place, why }];
  });
}

/** Names that the list at the base gives to keys which are not the caller's. */
async function listOthers(repository: Repository, policy: Policy): Promise<readonly string[]> {
  const objects = openObjects(repository.caller);
  try {
    const base = await findPolicyBase(repository, objects);
    const trust = await readTrust(repository, objects, base);
    const own = await findOwn(repository, policy);
    const key = own === null ? null : (parseKeyLine(own.publicKey)?.blob ?? null);
    const isOwn = (name: string): boolean =>
      name === own?.principal ||
      (key !== null &&
        speaksFor(trust, key, { name, namespace: SIGNATURE_NAMESPACE, atMs: Date.now() }));
    const names = trust.signers.flatMap(({ principals }) => principals);
    return [...new Set(names)].filter((name) => !isOwn(name));
  } finally {
    objects.close();
  }
}

/** Without a key or an identity nobody is oneself. */
async function findOwn({ caller }: Repository, policy: Policy): Promise<Signer | null> {
  try {
    return await openSigner(caller, policy);
  } catch (thrown) {
    if (isFault(thrown)) return null;
    throw thrown;
  }
}
