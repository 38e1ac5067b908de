// Questions to a team's gateway, by its URL.
import { isLoopback } from '../../identity/loopback.ts';
import type { BroughtCode } from '../../identity/saml-login.ts';
import { Fault } from '../../model/fault.ts';
import { arrayAt, isString, numberAt, objectAt, parseJson, stringAt } from '../../model/json.ts';
import {
  type GatewayPerson,
  LOGIN_PATH,
  LOGOUT_PATH,
  type LoginPlace,
  parseLoginPlace,
  TOKEN_PATH,
  type Tokens,
  WHOAMI_PATH,
} from '../../model/login.ts';
import { ROLES } from '../../model/team.ts';
import { endingAfter } from '../at-most.ts';

const ASK_TIMEOUT_MS = 20_000;
const NEVER = new AbortController().signal;
const FAULTS = [
  'IDENTITY_REFUSED',
  'IDENTITY_UNCHECKED',
  'TOKEN_UNKNOWN',
  'ROLE_NEEDED',
  'LOG_FORKED',
  'USAGE',
  'NO_SUCH_SESSION',
  'AMBIGUOUS_ID',
  'NO_SUCH_APPROVAL',
  'APPROVAL_SELF',
  'APPROVER_NOT_LISTED',
  'APPROVAL_OVER',
  'APPROVAL_INVALID',
] as const;

/** @returns the URL without a slash at its end. @throws Fault USAGE. */
export function parseGateway(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url?.protocol === 'http:' && isLoopback(url);
  if (url === null || (url.protocol !== 'https:' && !isPlain) || url.username !== '')
    throw new Fault('USAGE', `${text.slice(0, 200)} is no https URL of a gateway`);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** @throws Fault GATEWAY_UNREACHABLE, LOGIN_FAILED where nobody logs in there. */
export async function readLoginPlace(gateway: string): Promise<LoginPlace> {
  const answer = await askGateway(gateway, { path: LOGIN_PATH, token: null });
  const place = parseLoginPlace(objectAt(answer, 'login'));
  if (place === null)
    throw new Fault('LOGIN_FAILED', `${gateway} names no provider to log in at`, {
      fix: 'set identity: issuers: [{ …, login: {} }] or saml: in its configuration',
    });
  return place;
}

/** @throws Fault GATEWAY_UNREACHABLE, and what the gateway says of the token. */
export async function readPerson(gateway: string, token: string): Promise<GatewayPerson> {
  const answer = await askGateway(gateway, { path: WHOAMI_PATH, token });
  const roles = arrayAt(answer, 'roles');
  return {
    name: stringAt(answer, 'name') ?? '',
    email: stringAt(answer, 'email') ?? '',
    issuer: stringAt(answer, 'issuer') ?? '',
    subject: stringAt(answer, 'subject') ?? '',
    groups: arrayAt(answer, 'groups').filter(isString),
    roles: ROLES.filter((role) => roles.includes(role)),
  };
}

/** @throws Fault GATEWAY_UNREACHABLE, and what the gateway says of the code. */
export async function swapCode(gateway: string, brought: BroughtCode): Promise<Tokens> {
  const body = JSON.stringify(brought);
  const answer = await askGateway(gateway, { path: TOKEN_PATH, token: null, body });
  const [token, expiresAtMs] = [stringAt(answer, 'token'), numberAt(answer, 'expiresAtMs')];
  if (token === null || expiresAtMs === null)
    throw new Fault('LOGIN_FAILED', `${gateway} gave no token`);
  return { idToken: token, expiresAtMs, refreshToken: null };
}

/** From then on no instance takes the token. @throws Fault GATEWAY_UNREACHABLE, and what the gateway says of it. */
export async function endToken(gateway: string, token: string): Promise<void> {
  await askGateway(gateway, { path: LOGOUT_PATH, token, body: '{}' });
}

export interface Question {
  readonly path: string;
  /** null: a page for everybody. */
  readonly token: string | null;
  /** JSON, to be posted; absent: it is only asked. */
  readonly body?: string;
  /** Of whoever stops waiting. */
  readonly signal?: AbortSignal;
}

/** @returns its JSON. @throws Fault GATEWAY_UNREACHABLE, or the gateway's own. */
export async function askGateway(
  gateway: string,
  { path, token, body, signal: until = NEVER }: Question,
): Promise<unknown> {
  const answer = await endingAfter(ASK_TIMEOUT_MS, until, async (signal) => {
    const response = await fetch(`${gateway}${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body }),
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal,
    });
    return { ok: response.ok, status: response.status, text: await response.text() };
  }).catch((cause: unknown) => {
    throw new Fault('GATEWAY_UNREACHABLE', `${gateway} does not answer: ${whyOf(cause)}`, {
      cause,
    });
  });
  const json = parseJson(answer.text);
  if (answer.ok) return json;
  const error = objectAt(json, 'error');
  const code = FAULTS.find((one) => one === stringAt(error, 'code'));
  const message = stringAt(error, 'message') ?? `it answered ${String(answer.status)}`;
  throw faultOf(code ?? 'GATEWAY_UNREACHABLE', `${gateway}: ${plain(message)}`);
}

/** The gateway says what to do as well, to whoever has no aitrail. */
function faultOf(code: (typeof FAULTS)[number] | 'GATEWAY_UNREACHABLE', message: string): Fault {
  const { fix } = new Fault(code, message);
  return new Fault(
    code,
    message.endsWith(`; ${fix}`) ? message.slice(0, -fix.length - 2) : message,
  );
}

const plain = (text: string): string => text.replaceAll(/[^\x20-\x7E]+/g, ' ').slice(0, 300);

function whyOf(thrown: unknown): string {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  return cause instanceof Error ? plain(cause.message) : 'no reason given';
}
