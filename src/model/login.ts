// A person's way into a team's gateway: what it says of itself, what is kept here, and who it says they are.
import { arrayAt, isString, stringAt } from './json.ts';
import type { Role } from './team.ts';

/** Where a gateway tells what `aitrail login` needs to know. */
export const LOGIN_PATH = '/.well-known/aitrail-gateway';
export const WHOAMI_PATH = '/-/whoami';
/** POST: a filter; for auditors. */
export const SESSIONS_PATH = '/-/sessions';
/** POST: a session's id; for admins. */
export const STOP_PATH = '/-/sessions/stop';

/** POST: what waits for approval, and what became of it; for approvers. */
export const APPROVALS_PATH = '/-/approvals';
/** POST: an answer; for approvers. */
export const DECIDE_PATH = '/-/approvals/decide';
/** For people's browsers, on their way to a SAML provider and back. */
export const SAML_LOGIN_PATH = '/-/saml/login';
export const SAML_ANSWER_PATH = '/-/saml/acs';
export const SAML_METADATA_PATH = '/-/saml/metadata';
/** POST: the code that the browser brought, for a token. */
export const TOKEN_PATH = '/-/token';
/** POST: the token that is shown is over. */
export const LOGOUT_PATH = '/-/logout';

/** Where people get their tokens: at an OpenID provider … */
export interface OidcPlace {
  readonly kind: 'oidc';
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
}

/** … or at the gateway itself, which sends them to a SAML provider first. */
export interface SamlPlace {
  readonly kind: 'saml';
  /** The provider's entity ID. */
  readonly issuer: string;
}

export type LoginPlace = OidcPlace | SamlPlace;

/** @returns null where nobody can log in by what it says. */
export function parseLoginPlace(value: unknown): LoginPlace | null {
  const [issuer, clientId] = [stringAt(value, 'issuer'), stringAt(value, 'clientId')];
  if (issuer === null) return null;
  if (stringAt(value, 'kind') === 'saml') return { kind: 'saml', issuer };
  if (clientId === null) return null;
  return { kind: 'oidc', issuer, clientId, scopes: arrayAt(value, 'scopes').filter(isString) };
}

export interface Tokens {
  /** What the gateway is shown: the provider's ID token, or one of the gateway's own. */
  readonly idToken: string;
  readonly expiresAtMs: number;
  /** null: when it has run out, one logs in again. */
  readonly refreshToken: string | null;
}

export interface Login extends Tokens {
  /** Without a slash at its end. */
  readonly gateway: string;
  readonly place: LoginPlace;
}

/** By the gateway's own word. */
export interface GatewayPerson {
  readonly name: string;
  readonly email: string;
  readonly issuer: string;
  readonly subject: string;
  readonly groups: readonly string[];
  readonly roles: readonly Role[];
}

export interface WhoAmI extends GatewayPerson {
  readonly gateway: string;
  /** Of the token, RFC 3339; it is renewed where the provider lets it be. */
  readonly expiresAt: string;
  readonly isRenewable: boolean;
}
