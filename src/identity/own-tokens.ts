// Tokens that a gateway gives to people who have logged in through it: JSON Web Tokens, signed with a key that every
// instance derives from the one that they all have. Short-lived; the store knows which are over.
import {
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import type { SamlProvider } from '../model/policy.ts';
import { issuerOf, type TokenReader, type TokenReading, verifyToken } from './read-token.ts';
import type { SamlAssertion } from './saml-provider.ts';

export interface OwnTokens {
  /** @returns the token, and when it is over. */
  issue(provider: SamlProvider, person: SamlPerson): Promise<IssuedToken>;
  /** Ours as well as others'. */
  reader(others: TokenReader): TokenReader;
}

/** Of a good assertion what makes a token; JSON-safe. */
export type SamlPerson = Pick<
  SamlAssertion,
  'subject' | 'email' | 'name' | 'groups' | 'sessionEndsAtMs'
>;

export interface IssuedToken {
  readonly token: string;
  readonly expiresAtMs: number;
}

const ALGORITHM = 'EdDSA';
const PURPOSE = 'aitrail login tokens 1';
const SEED_BYTES = 32;
// RFC 8410: the bytes before the key itself are the same for every Ed25519 key
const PRIVATE_DER = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * @param url of the gateway, as seen from outside: issuer and audience.
 * @param secret that all instances share; what is derived from it says nothing of it.
 */
export function openOwnTokens(url: string, secret: Uint8Array): OwnTokens {
  const key = deriveKey(secret);
  const publicKey = createPublicKey(key);
  return {
    issue: (provider, person) => issue({ url, key }, provider, person),
    reader: (others) => async (identity, token) => {
      if (identity.saml === undefined || issuerOf(token) !== url) return others(identity, token);
      return verify({ url, publicKey }, identity.saml, token);
    },
  };
}

function deriveKey(secret: Uint8Array): KeyObject {
  const seed = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), PURPOSE, SEED_BYTES));
  const der = Buffer.concat([PRIVATE_DER, seed]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

interface Signing {
  readonly url: string;
  readonly key: KeyObject;
}

async function issue(
  { url, key }: Signing,
  { issuer, lifetimeMs }: SamlProvider,
  { subject, sessionEndsAtMs, ...person }: SamlPerson,
): Promise<IssuedToken> {
  const { SignJWT } = await import('jose');
  const nowMs = Date.now();
  const expiresAtMs = Math.min(nowMs + lifetimeMs, sessionEndsAtMs ?? Infinity);
  const expiresS = Math.floor(expiresAtMs / 1000);
  const token = await new SignJWT({ ...person, saml_issuer: issuer })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .setIssuer(url)
    .setAudience(url)
    .setSubject(subject)
    .setIssuedAt(Math.floor(nowMs / 1000))
    .setExpirationTime(expiresS)
    .setJti(randomBytes(12).toString('base64url'))
    .sign(key);
  return { token, expiresAtMs: expiresS * 1000 };
}

interface Verifying {
  readonly url: string;
  readonly publicKey: KeyObject;
}

async function verify(
  { url, publicKey }: Verifying,
  { issuer }: SamlProvider,
  token: string,
): Promise<TokenReading> {
  const own = { issuer: url, audience: url, groupsClaim: 'groups', jwks: null, variable: null };
  const reading = await verifyToken(own, token, () => Promise.resolve(() => publicKey));
  if (reading.kind !== 'verified' || reading.claims['saml_issuer'] === issuer) return reading;
  return { kind: 'refused', why: 'people log in elsewhere by now' };
}
