// A person's way into a team's gateway: what it says of itself, what is kept here, and who it says they are.
import type { Role } from './team.ts';

/** Where a gateway tells what `aitrail login` needs to know. */
export const LOGIN_PATH = '/.well-known/aitrail-gateway';
export const WHOAMI_PATH = '/-/whoami';
/** POST: a filter; for auditors. */
export const SESSIONS_PATH = '/-/sessions';
/** POST: a session's id; for admins. */
export const STOP_PATH = '/-/sessions/stop';

/** Where people get their tokens. */
export interface LoginPlace {
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
}

export interface Tokens {
  /** What the gateway is shown. */
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
