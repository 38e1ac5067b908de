// Claims of a verified token, and what the environment says → who calls.
import type { Identity } from '../model/context.ts';
import { isString } from '../model/json.ts';
import type { Issuer } from '../model/policy.ts';
import type { Principal } from '../model/session.ts';
import { type CiEnvironment, joinCiFacts } from './ci-facts.ts';

export interface Identified {
  readonly principal: Principal;
  readonly identity: Identity;
}

type Claims = Readonly<Record<string, unknown>>;

const TEXT_CHARACTERS_MAX = 300;
const CLAIMS_MAX = 60;
const GROUPS_MAX = 500;
/** Of the token, not of whom it names: another one every time. */
const PASSING = new Set(['exp', 'iat', 'nbf', 'jti', 'aud', 'auth_time', 'nonce', 'at_hash']);

/** @param principal git's own idea. */
export function identifyByEnvironment(
  environment: CiEnvironment | null,
  principal: Principal,
): Identified {
  const { ci, mismatches } = joinCiFacts(environment, {});
  return {
    principal:
      principal.email === '' && ci?.actor !== undefined
        ? { name: ci.actor.value, email: '' }
        : principal,
    identity: {
      source: ci === null ? 'git' : 'environment',
      issuer: null,
      subject: null,
      groups: [],
      claims: {},
      ci,
      mismatches,
    },
  };
}

export function identifyByClaims(
  issuer: Issuer,
  given: Claims,
  environment: CiEnvironment | null,
): Identified {
  const claims = textClaims(given);
  const { ci, mismatches } = joinCiFacts(environment, claims);
  const subject = claims['sub'] ?? '';
  const isMailSure = given['email_verified'] !== false;
  const names = [claims['name'], ci?.actor?.value, claims['preferred_username'], subject];
  return {
    principal: {
      name: names.find((name) => name !== undefined && name !== '') ?? subject,
      email: isMailSure ? (claims['email'] ?? claims['user_email'] ?? '') : '',
    },
    identity: {
      source: 'claim',
      issuer: issuer.issuer,
      subject,
      groups: issuer.groupsClaim === null ? [] : groupsIn(given[issuer.groupsClaim]),
      claims,
      ci,
      mismatches,
    },
  };
}

function textClaims(given: Claims): Readonly<Record<string, string>> {
  const claims: Record<string, string> = {};
  for (const [name, value] of Object.entries(given).slice(0, CLAIMS_MAX)) {
    if (PASSING.has(name) || !/^(?:string|number|boolean)$/.test(typeof value)) continue;
    claims[name] = String(value).slice(0, TEXT_CHARACTERS_MAX);
  }
  return claims;
}

function groupsIn(value: unknown): readonly string[] {
  const listed: readonly unknown[] = Array.isArray(value) ? value : [value];
  return listed.filter(isString).slice(0, GROUPS_MAX);
}
