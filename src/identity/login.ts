// Logging in at an identity provider (OpenID Connect): authorization code with PKCE and a redirect to this machine
// (RFC 7636, RFC 8252), or a code that is typed elsewhere (RFC 8628). The client is a public one: it has no secret.
import type * as Client from 'openid-client';
import { Fault, isFault } from '../model/fault.ts';
import type { OidcPlace, Tokens } from '../model/login.ts';
import { type BrowserLogin, openRedirect } from './browser-redirect.ts';
import { isLoopback } from './loopback.ts';

export interface DeviceLogin {
  readonly show: (place: { readonly link: string; readonly code: string }) => void;
}

/** @throws Fault LOGIN_FAILED, PORT_BUSY. */
export async function logInByBrowser(place: OidcPlace, how: BrowserLogin): Promise<Tokens> {
  return saying(place, async () => {
    const [client, configuration] = await discover(place);
    const redirect = await openRedirect(how.port);
    try {
      const verifier = client.randomPKCECodeVerifier();
      const checks = { expectedState: client.randomState(), expectedNonce: client.randomNonce() };
      const link = client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirect.url,
        scope: place.scopes.join(' '),
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: checks.expectedState,
        nonce: checks.expectedNonce,
        // without it no provider gives a token that outlives the hour
        ...(place.scopes.includes('offline_access') ? { prompt: 'consent' } : {}),
      });
      const coming = redirect.wait(how.waitMs);
      how.show(link.href);
      const answer = await client.authorizationCodeGrant(configuration, await coming, {
        ...checks,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      return tokensOf(answer, null);
    } finally {
      redirect.close();
    }
  });
}

/** @throws Fault LOGIN_FAILED. */
export async function logInByDevice(place: OidcPlace, how: DeviceLogin): Promise<Tokens> {
  return saying(place, async () => {
    const [client, configuration] = await discover(place);
    const scope = place.scopes.join(' ');
    const begun = await client.initiateDeviceAuthorization(configuration, { scope });
    const link = begun.verification_uri_complete ?? begun.verification_uri;
    how.show({ link, code: begun.user_code });
    const answer = await client.pollDeviceAuthorizationGrant(configuration, begun);
    return tokensOf(answer, null);
  });
}

/** @throws Fault LOGIN_FAILED. */
export async function renewTokens(place: OidcPlace, refreshToken: string): Promise<Tokens> {
  return saying(place, async () => {
    const [client, configuration] = await discover(place);
    return tokensOf(await client.refreshTokenGrant(configuration, refreshToken), refreshToken);
  });
}

/** @returns false where the provider has no way to take a token back. @throws Fault LOGIN_FAILED. */
export async function revokeTokens(place: OidcPlace, refreshToken: string): Promise<boolean> {
  return saying(place, async () => {
    const [client, configuration] = await discover(place);
    if (configuration.serverMetadata().revocation_endpoint === undefined) return false;
    await client.tokenRevocation(configuration, refreshToken, { token_type_hint: 'refresh_token' });
    return true;
  });
}

async function discover(place: OidcPlace): Promise<readonly [typeof Client, Client.Configuration]> {
  const client = await import('openid-client');
  const issuer = new URL(place.issuer);
  const configuration = await client.discovery(issuer, place.clientId, undefined, client.None(), {
    execute: [
      client.enableNonRepudiationChecks,
      ...(isLoopback(issuer) ? [client.allowInsecureRequests] : []),
    ],
  });
  return [client, configuration];
}

function tokensOf(
  answer: Client.TokenEndpointResponse & Client.TokenEndpointResponseHelpers,
  refreshToken: string | null,
): Tokens {
  const expiresS = answer.claims()?.exp;
  if (answer.id_token === undefined || expiresS === undefined)
    throw new Fault('LOGIN_FAILED', 'the provider gave no ID token', {
      fix: 'let the client have the scope openid, also when tokens are renewed',
    });
  return {
    idToken: answer.id_token,
    expiresAtMs: expiresS * 1000,
    refreshToken: answer.refresh_token ?? refreshToken,
  };
}

/** What went wrong, in the provider's words where it has some; never a token. */
async function saying<T>({ issuer }: OidcPlace, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (isFault(cause)) throw cause;
    throw new Fault('LOGIN_FAILED', `${issuer}: ${whyOf(cause)}`, { cause });
  }
}

function whyOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'no reason given';
  const { cause } = thrown;
  const words = [
    'error_description' in thrown ? thrown.error_description : undefined,
    'error' in thrown ? thrown.error : undefined,
    cause instanceof Error ? cause.message : undefined,
    thrown.message,
  ];
  const said = words.find((word) => typeof word === 'string' && word !== '');
  return String(said)
    .replaceAll(/[^\x20-\x7E]+/g, ' ')
    .slice(0, 300);
}
