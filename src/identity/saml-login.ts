// Logging in at a gateway that sends people to a SAML provider. The browser comes back to this machine with a code, which
// is worth nothing to whoever has not made the verifier that this login began with (as PKCE does it, RFC 7636).
import { createHash, randomBytes } from 'node:crypto';
import { Fault } from '../model/fault.ts';
import { SAML_LOGIN_PATH } from '../model/login.ts';
import { type BrowserLogin, openRedirect } from './browser-redirect.ts';

export interface BroughtCode {
  readonly code: string;
  readonly verifier: string;
}

const RANDOM_BYTES = 32;
const STATE_BYTES = 16;

/** @returns what the gateway gives a token for. @throws Fault LOGIN_FAILED, PORT_BUSY. */
export async function fetchSamlCode(gateway: string, how: BrowserLogin): Promise<BroughtCode> {
  const redirect = await openRedirect(how.port);
  try {
    const verifier = randomBytes(RANDOM_BYTES).toString('base64url');
    const state = randomBytes(STATE_BYTES).toString('base64url');
    const link = new URL(`${gateway}${SAML_LOGIN_PATH}`);
    link.searchParams.set('port', String(redirect.port));
    link.searchParams.set('state', state);
    link.searchParams.set('challenge', challengeOf(verifier));
    const coming = redirect.wait(how.waitMs);
    how.show(link.href);
    const { searchParams } = await coming;
    const code = searchParams.get('code') ?? '';
    if (searchParams.get('state') !== state || code === '')
      throw new Fault('LOGIN_FAILED', `${gateway}: what the browser brought is not of this login`);
    return { code, verifier };
  } finally {
    redirect.close();
  }
}

/** RFC 7636, 4.2. */
export const challengeOf = (verifier: string): string =>
  createHash('sha256').update(verifier).digest('base64url');
