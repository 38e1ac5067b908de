// Tokens of identity providers (OpenID Connect Core 3.1.3.7): signature by a key of the issuer, issuer, audience, times.
// Keys come from the issuer's discovery document, or from a file where the network is not to be asked.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { isObject, parseJson, stringAt } from '../model/json.ts';
import type { IdentityPolicy, Issuer } from '../model/policy.ts';
import { isLoopback } from './loopback.ts';

export type TokenReading =
  | { readonly kind: 'verified'; readonly issuer: Issuer; readonly claims: JWTPayload }
  | { readonly kind: 'foreign' } // of nobody that is configured: some other credential
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'unavailable'; readonly why: string }; // its keys cannot be had just now

export type TokenReader = (identity: IdentityPolicy, token: string) => Promise<TokenReading>;

/** Signatures with a public key: never `none`, never a shared secret. */
const ALGORITHMS = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');
const CLOCK_SKEW_S = 30;
const TOKEN_CHARACTERS_MAX = 16_384;
const ASK_TIMEOUT_MS = 5000;
const DISCOVERED_MS = 3_600_000;
/** An issuer that could not be asked, and an unknown key, are asked for again no sooner. */
const ASK_AGAIN_MS = 30_000;
const KEYS_FRESH_MS = 600_000;
const DOCUMENT_BYTES_MAX = 1024 * 1024;

/** Keys are kept from token to token. */
export function openTokenReader(): TokenReader {
  const keys = openKeyBook();
  return async ({ issuers }, token) => {
    const name = issuerOf(token);
    const matching = issuers.filter(({ issuer }) => issuer === name);
    let reading: TokenReading = { kind: 'foreign' };
    for (const issuer of matching) {
      reading = await verifyToken(issuer, token, keys);
      if (reading.kind === 'verified') return reading;
    }
    return reading;
  };
}

/**
 * Names a token by what its signature covers: the signature itself may be written in several ways.
 *
 * @returns SHA-256, hex.
 */
export const tokenDigest = (token: string): string =>
  createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('hex');

/** The `iss` of what may be a token, not verified. @returns null for what is none. */
export function issuerOf(token: string): string | null {
  if (token.length > TOKEN_CHARACTERS_MAX) return null;
  const parts = token.split('.');
  if (parts.length !== 3) return null;
  const json = parseJson(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'));
  return isObject(json) ? stringAt(json, 'iss') : null;
}

export async function verifyToken(
  issuer: Issuer,
  token: string,
  keysOf: (issuer: Issuer) => Promise<JWTVerifyGetKey>,
): Promise<TokenReading> {
  const { jwtVerify, errors } = await import('jose');
  try {
    const { payload } = await jwtVerify(token, await keysOf(issuer), {
      issuer: issuer.issuer,
      audience: issuer.audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_SKEW_S,
      requiredClaims: ['sub', 'exp'],
    });
    return { kind: 'verified', issuer, claims: payload };
  } catch (thrown) {
    if (!(thrown instanceof errors.JOSEError))
      return { kind: 'unavailable', why: thrown instanceof Error ? thrown.message : 'no keys' };
    if (thrown instanceof errors.JWKSTimeout)
      return { kind: 'unavailable', why: 'its keys did not come in time' };
    return { kind: 'refused', why: reasonOf(thrown) };
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'it has expired',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'its signature is wrong',
  ERR_JOSE_ALG_NOT_ALLOWED: 'its algorithm is not allowed',
  ERR_JOSE_NOT_SUPPORTED: 'its algorithm is not allowed',
  ERR_JWKS_NO_MATCHING_KEY: 'the issuer has no such key',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'it does not say which key',
};

const CLAIMS: Readonly<Record<string, string>> = {
  aud: 'it is for another audience',
  iss: 'it is of another issuer',
  nbf: 'it is not valid yet',
  sub: 'it names nobody',
  exp: 'it has no end',
};

function reasonOf(thrown: { readonly code: string; readonly claim?: unknown }): string {
  const { claim } = thrown;
  const byClaim = typeof claim === 'string' ? CLAIMS[claim] : undefined;
  if (thrown.code === 'ERR_JWT_EXPIRED') return REASONS[thrown.code] ?? '';
  return byClaim ?? REASONS[thrown.code] ?? 'it is malformed';
}

interface Kept {
  readonly keys: Promise<JWTVerifyGetKey>;
  /** Asked for again after this. */
  untilMs: number;
}

function openKeyBook(): (issuer: Issuer) => Promise<JWTVerifyGetKey> {
  const kept = new Map<string, Kept>();
  return async (issuer) => {
    const name = JSON.stringify([issuer.issuer, issuer.jwks, await stampOf(issuer.jwks)]);
    const known = kept.get(name);
    if (known !== undefined && Date.now() < known.untilMs) return known.keys;
    const keys = issuer.jwks === null ? discover(issuer.issuer) : readKeys(issuer.jwks);
    const entry: Kept = { keys, untilMs: Date.now() + DISCOVERED_MS };
    keys.catch(() => (entry.untilMs = Date.now() + ASK_AGAIN_MS));
    kept.set(name, entry);
    return keys;
  };
}

/** A file that is replaced is read again. */
async function stampOf(path: string | null): Promise<string | null> {
  if (path === null) return null;
  const facts = await stat(path).catch(() => null);
  return facts === null ? 'absent' : `${String(facts.mtimeMs)}:${String(facts.size)}`;
}

async function readKeys(path: string): Promise<JWTVerifyGetKey> {
  const { createLocalJWKSet } = await import('jose');
  const json = parseJson(await readFile(path, 'utf8'));
  if (!isObject(json) || !Array.isArray(json['keys'])) throw new Error(`${path} holds no key set`);
  return createLocalJWKSet({ keys: json['keys'].filter(isObject) });
}

/** OpenID Connect Discovery 1.0, section 4. */
async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const { createRemoteJWKSet } = await import('jose');
  const answer = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    redirect: 'error',
    signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error(`${issuer} answered ${String(answer.status)}`);
  const text = await answer.text();
  const json = text.length > DOCUMENT_BYTES_MAX ? undefined : parseJson(text);
  const uri = stringAt(json, 'jwks_uri') ?? '';
  if (stringAt(json, 'issuer') !== issuer) throw new Error(`${issuer} calls itself something else`);
  if (!isTrustworthy(uri)) throw new Error(`${issuer} keeps its keys at no https address`);
  return createRemoteJWKSet(new URL(uri), {
    timeoutDuration: ASK_TIMEOUT_MS,
    cooldownDuration: ASK_AGAIN_MS,
    cacheMaxAge: KEYS_FRESH_MS,
  });
}

/** https, or this machine itself. */
function isTrustworthy(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === 'https:' || isLoopback(url);
}
