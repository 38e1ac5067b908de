// Who calls, by what a request shows. One way after the other is asked: a token of an identity provider in place of an API
// key, then the session token of the base URL or of the proxy's password.
import { directoryInHeaders } from '../../agents/recognise-agent.ts';
import { identifyByClaims, type Identified } from '../../identity/identify.ts';
import { issuerOf, tokenDigest } from '../../identity/read-token.ts';
import { Fault } from '../../model/fault.ts';
import type { Policy } from '../../model/policy.ts';
import type { Grant } from '../../model/session.ts';
import type { Knock } from '../../proxy/door.ts';
import { pairsOf } from '../../proxy/headers.ts';
import type { Recorder } from '../record/record-exchange.ts';
import { CREDENTIAL_HEADERS } from '../record/put-credential.ts';
import { sha256Hex } from '../../model/sha256.ts';

export interface Authenticated {
  readonly grant: Grant;
  readonly policy: Policy;
  /** With the connection that it asks for. */
  readonly knock: Knock;
  /** The client's credential was for us: it never goes upstream. */
  readonly isOurs: boolean;
}

/** @returns null where the request shows nothing of this kind. @throws Fault where what it shows is no good. */
export type Authenticator = (recorder: Recorder, knock: Knock) => Promise<Authenticated | null>;

/** @throws Fault TOKEN_UNKNOWN, IDENTITY_REFUSED, IDENTITY_UNCHECKED. */
export async function authenticate(
  recorder: Recorder,
  knock: Knock,
  ways: readonly Authenticator[] = [byIdentityToken, bySessionToken],
): Promise<Authenticated> {
  for (const way of ways) {
    const found = await way(recorder, knock);
    if (found !== null) return found;
  }
  throw new Fault('TOKEN_UNKNOWN', 'the session token is missing, wrong or over');
}

const bySessionToken: Authenticator = async (recorder, knock) => {
  const found = await findGrant(recorder, knock.token);
  if (found === null) return null;
  const grant = await placed(recorder, found, knock);
  const policy = await recorder.policies.of(grant.place.worktree);
  return { grant, policy, knock, isOurs: false };
};

/** The policy is that of where the client works, as far as its headers say it. */
async function placed({ places }: Recorder, grant: Grant, { headers }: Knock): Promise<Grant> {
  if (grant.place.worktree !== null) return grant;
  const named = pairsOf(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const place = await places.of(grant, directoryInHeaders(Object.fromEntries(named)));
  return { ...grant, place };
}

/** @param token of a base URL or of a proxy's password. */
export async function findGrant(
  { grants, maskers }: Pick<Recorder, 'grants' | 'maskers'>,
  token: string,
): Promise<Grant | null> {
  const grant = await grants.find(sha256Hex(token));
  if (grant !== null) maskers.learn(token);
  return grant;
}

/** With a session token before it in the URL it is that session's request, of whoever the token names. */
const byIdentityToken: Authenticator = async (recorder, knock) => {
  const token = presentedToken(knock);
  if (token === null) return null;
  const found = await findGrant(recorder, knock.token);
  const session = found === null ? null : await placed(recorder, found, knock);
  const policy = await recorder.policies.of(session?.place.worktree ?? null);
  const identified = await identify(recorder, policy, token);
  if (identified === null) return null;
  if (session !== null) {
    await refuseEnded(recorder, token);
    return { grant: { ...session, ...identified }, policy, knock, isOurs: true };
  }
  const { bare } = knock;
  if (bare === null || policy.connections[bare.connection] === undefined) return null;
  const grant = await recorder.grants.bare.open({ ...identified, digest: tokenDigest(token) });
  if (grant === null) throw ended();
  return { grant, policy, knock: { ...knock, ...bare, token: '' }, isOurs: true };
};

const ended = (): Fault =>
  new Fault('IDENTITY_REFUSED', 'the identity token is not accepted: it was ended');

/** @throws Fault IDENTITY_REFUSED where somebody has logged out with it, or its session was stopped. */
export async function refuseEnded(
  { grants }: Pick<Recorder, 'grants'>,
  token: string,
): Promise<void> {
  if (await grants.bare.isOver({ digest: tokenDigest(token) })) throw ended();
}

/** What looks like a token in the place of an API key. */
function presentedToken({ headers }: Knock): string | null {
  const values = pairsOf(headers)
    .filter(([name]) => CREDENTIAL_HEADERS.has(name.toLowerCase()))
    .map(([, value]) => passwordIn(value) ?? value.replace(/^bearer\s+/i, '').trim());
  return values.find((value) => issuerOf(value) !== null) ?? null;
}

/** git shows a token as a password. */
function passwordIn(value: string): string | null {
  const [, text] = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(value.trim()) ?? [];
  const pair = text === undefined ? '' : Buffer.from(text, 'base64').toString('utf8');
  return text === undefined ? null : pair.slice(pair.indexOf(':') + 1);
}

/**
 * @returns null for a token of somebody who is not configured: a provider's own login, say.
 * @throws Fault IDENTITY_REFUSED, IDENTITY_UNCHECKED.
 */
export async function identify(
  { identities, maskers }: Pick<Recorder, 'identities' | 'maskers'>,
  policy: Policy,
  token: string,
): Promise<Identified | null> {
  const reading = await identities(policy.identity, token);
  if (reading.kind === 'foreign') return null;
  maskers.learn(token);
  switch (reading.kind) {
    case 'verified':
      return identifyByClaims(reading.issuer, reading.claims, null);
    case 'refused':
      throw new Fault('IDENTITY_REFUSED', `the identity token is not accepted: ${reading.why}`);
    case 'unavailable':
      throw new Fault('IDENTITY_UNCHECKED', `the identity token was not checked: ${reading.why}`);
  }
}
