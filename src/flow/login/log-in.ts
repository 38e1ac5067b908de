// aitrail login, logout, whoami: a person's way into a team's gateway.
import { join } from 'node:path';
import { stateHome } from '../../config/places.ts';
import { takeLock } from '../../daemon/run-lock.ts';
import type { BrowserLogin } from '../../identity/browser-redirect.ts';
import {
  type DeviceLogin,
  logInByBrowser,
  logInByDevice,
  renewTokens,
  revokeTokens,
} from '../../identity/login.ts';
import { fetchSamlCode } from '../../identity/saml-login.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault, isFault } from '../../model/fault.ts';
import type { GatewayPerson, Login, LoginPlace, Tokens, WhoAmI } from '../../model/login.ts';
import { refuseAgent } from '../session/refuse-agent.ts';
import { endToken, parseGateway, readLoginPlace, readPerson, swapCode } from './ask-gateway.ts';
import { dropLogin, findLogin, keepLogin } from './kept-login.ts';

export type HowToLogIn =
  | ({ readonly kind: 'browser' } & BrowserLogin)
  | ({ readonly kind: 'device' } & DeviceLogin);

export interface LoggedIn {
  readonly gateway: string;
  readonly person: GatewayPerson;
  readonly keeper: 'keyring' | 'file';
}

/**
 * Nothing is kept that the gateway does not take.
 *
 * @throws Fault USAGE, GATEWAY_UNREACHABLE, LOGIN_FAILED, PORT_BUSY, IDENTITY_REFUSED, KEY_UNREADABLE.
 */
export async function logIn(caller: Caller, url: string, how: HowToLogIn): Promise<LoggedIn> {
  await refuseAgent(caller, 'login');
  const gateway = parseGateway(url);
  const place = await readLoginPlace(gateway);
  const tokens = await fetchTokens(gateway, place, how);
  const person = await readPerson(gateway, tokens.idToken);
  const keeper = await keepLogin(caller, { ...tokens, gateway, place });
  return { gateway, person, keeper };
}

function fetchTokens(gateway: string, place: LoginPlace, how: HowToLogIn): Promise<Tokens> {
  if (place.kind === 'oidc')
    return how.kind === 'device' ? logInByDevice(place, how) : logInByBrowser(place, how);
  if (how.kind === 'browser')
    return fetchSamlCode(gateway, how).then((brought) => swapCode(gateway, brought));
  throw new Fault('LOGIN_FAILED', `${place.issuer} logs people in by SAML, which knows no codes`, {
    fix: `lead a port of your own machine to this one (ssh -L 9999:127.0.0.1:9999), then: aitrail login ${gateway} --port 9999`,
  });
}

export interface LoggedOut {
  readonly gateway: string;
  /** Why something of what was kept here is still taken; null where nothing is. */
  readonly unrevoked: string | null;
}

/** @throws Fault NOT_LOGGED_IN, KEY_UNREADABLE. */
export async function logOut(caller: Caller): Promise<LoggedOut> {
  const login = await findLogin(caller);
  await dropLogin(caller); // whatever gateway and provider say
  const answers = [await whyNot(() => endAtGateway(login)), await whyNot(() => endAtIssuer(login))];
  const reasons = answers.filter((why) => why !== null);
  return { gateway: login.gateway, unrevoked: reasons.length === 0 ? null : reasons.join('; ') };
}

async function endAtGateway({ gateway, idToken, expiresAtMs }: Login): Promise<string | null> {
  if (expiresAtMs < Date.now()) return null;
  await endToken(gateway, idToken);
  return null;
}

async function endAtIssuer({ place, refreshToken }: Login): Promise<string | null> {
  if (place.kind === 'saml' || refreshToken === null) return null;
  const isRevoked = await revokeTokens(place, refreshToken);
  return isRevoked ? null : `${place.issuer} takes no token back`;
}

async function whyNot(act: () => Promise<string | null>): Promise<string | null> {
  try {
    return await act();
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return thrown.message;
  }
}

/** @throws Fault NOT_LOGGED_IN, LOGIN_FAILED, GATEWAY_UNREACHABLE, IDENTITY_REFUSED. */
export async function whoAmI(caller: Caller): Promise<WhoAmI> {
  const login = await findFresh(caller);
  const person = await readPerson(login.gateway, login.idToken);
  return {
    ...person,
    gateway: login.gateway,
    expiresAt: new Date(login.expiresAtMs).toISOString(),
    isRenewable: login.refreshToken !== null,
  };
}

/** The token itself, for programs that the person starts. @throws Fault AGENT_NOT_ALLOWED and as whoAmI. */
export async function readToken(caller: Caller): Promise<string> {
  await refuseAgent(caller, 'whoami --token');
  return (await findFresh(caller)).idToken;
}

/** Whoever asks for a token keeps it for up to a minute. */
const LEFT_MS_MIN = 120_000;
const LOCK_WAIT_MS = 20_000;

/** Renewed where little time is left, by one process at a time: a refresh token is often good for one use. */
export async function findFresh(caller: Caller): Promise<Login> {
  const login = await findLogin(caller);
  if (isFresh(login)) return login;
  const path = join(stateHome(caller.env), 'run', 'login.lock');
  const lock = await takeLock(path, LOCK_WAIT_MS, () => Promise.resolve(false));
  try {
    const known = await findLogin(caller);
    return isFresh(known) ? known : await renew(caller, known);
  } finally {
    await lock?.release();
  }
}

const isFresh = ({ expiresAtMs }: Login): boolean => Date.now() + LEFT_MS_MIN < expiresAtMs;

async function renew(caller: Caller, login: Login): Promise<Login> {
  const { refreshToken, expiresAtMs, place } = login;
  if (refreshToken === null || place.kind === 'saml') {
    if (Date.now() < expiresAtMs) return login;
    throw new Fault('NOT_LOGGED_IN', 'the token has expired', {
      fix: `log in again: aitrail login ${login.gateway}`,
    });
  }
  const renewed = { ...login, ...(await renewTokens(place, refreshToken)) };
  await keepLogin(caller, renewed);
  return renewed;
}
