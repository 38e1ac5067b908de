// Who may do what at a gateway. Only a verified token makes somebody anybody.
import type { Identity } from '../model/context.ts';
import type { Policy } from '../model/policy.ts';
import type { Principal } from '../model/session.ts';
import { type Role, ROLES, type Roles } from '../model/team.ts';

interface Person {
  readonly principal: Principal;
  readonly identity: Identity;
}

/** @param groups of the configuration; those of the token count besides. */
export const rolesOf = (roles: Roles, person: Person, groups: Policy['groups']): readonly Role[] =>
  ROLES.filter((role) => hasRole(roles, role, { ...person, groups }));

interface Asked extends Person {
  readonly groups: Policy['groups'];
}

export function hasRole(roles: Roles, role: Role, asked: Asked): boolean {
  const people = roles[role];
  if (role === 'caller' && people === undefined) return true;
  return people !== undefined && isAmong(people, asked);
}

/** @param people mail addresses and `group:NAME`. */
export function isAmong(
  people: readonly string[],
  { principal, identity, groups }: Asked,
): boolean {
  if (identity.source !== 'claim') return false;
  const { email } = principal;
  return people.some((entry) => {
    if (!entry.startsWith('group:')) return entry === email;
    const name = entry.slice('group:'.length);
    return identity.groups.includes(name) || (email !== '' && groups[name]?.includes(email));
  });
}

/** One person, as far as tokens tell: two providers may know them by one mail address. */
export function isSamePerson(
  one: { readonly who: string; readonly email: string },
  other: { readonly who: string; readonly email: string },
): boolean {
  if (one.who === other.who) return true;
  return one.email !== '' && one.email.toLowerCase() === other.email.toLowerCase();
}

/** Issuer and subject. */
export const whoOf = ({ identity }: Pick<Person, 'identity'>): string =>
  `${identity.issuer ?? ''} ${identity.subject ?? ''}`;
