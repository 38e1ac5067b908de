// Tokens of an identity provider: which are taken, and what is wrong with the others.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openTokenReader } from '../../src/identity/read-token.ts';
import type { Issuer } from '../../src/model/policy.ts';
import { type Provider, startProvider } from './provider.ts';

let provider: Provider;
let dir: string;
beforeAll(async () => {
  provider = await startProvider();
  dir = mkdtempSync(join(tmpdir(), 'token-'));
});
afterAll(async () => {
  await provider.close();
  rmSync(dir, { recursive: true });
});

const issuerWith = (other: Partial<Issuer> = {}): Issuer => ({
  issuer: provider.issuer,
  audience: 'aitrail',
  groupsClaim: null,
  jwks: null,
  variable: null,
  ...other,
});
const GOOD = { sub: 'repo:acme/app', aud: 'aitrail' };
const nowS = (): number => Math.floor(Date.now() / 1000);

async function forged(alg: 'RS256' | 'HS256', kid: string): Promise<string> {
  const key =
    alg === 'HS256'
      ? new TextEncoder().encode(provider.keySet().padEnd(64)) // the public key as a shared secret
      : (await generateKeyPair('RS256')).privateKey;
  return new SignJWT({ ...GOOD, iss: provider.issuer, exp: nowS() + 60 })
    .setProtectedHeader({ alg, kid })
    .sign(key);
}

const CASES: readonly (readonly [string, () => Promise<string> | string, string])[] = [
  ['a good one', () => provider.issue(GOOD), 'verified'],
  [
    'one of several audiences',
    () => provider.issue({ ...GOOD, aud: ['x', 'aitrail'] }),
    'verified',
  ],
  ['just expired, within the skew of clocks', () => provider.issue(GOOD, -10), 'verified'],
  ['expired', () => provider.issue(GOOD, -120), 'it has expired'],
  ['another audience', () => provider.issue({ ...GOOD, aud: 'npm' }), 'it is for another audience'],
  ['no audience', () => provider.issue({ sub: 'x' }), 'it is for another audience'],
  ['not valid yet', () => provider.issue({ ...GOOD, nbf: nowS() + 120 }), 'it is not valid yet'],
  ['nobody', () => provider.issue({ aud: 'aitrail' }), 'it names nobody'],
  ['a key of somebody else', () => forged('RS256', 'key-1'), 'its signature is wrong'],
  ['an unknown key', () => forged('RS256', 'key-9'), 'the issuer has no such key'],
  ['a shared secret', () => forged('HS256', 'key-1'), 'its algorithm is not allowed'],
  [
    'no signature at all',
    () => new UnsecuredJWT({ ...GOOD, iss: provider.issuer, exp: nowS() + 60 }).encode(),
    'its algorithm is not allowed',
  ],
  [
    'claims changed afterwards',
    async () => {
      const [head, , signature] = (await provider.issue(GOOD)).split('.');
      const claims = { ...GOOD, iss: provider.issuer, exp: nowS() + 60, sub: 'repo:acme/other' };
      return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    },
    'its signature is wrong',
  ],
  ['another issuer', () => provider.issue({ ...GOOD, iss: 'https://evil.example' }), 'foreign'],
  ['a key of a provider', () => 'sk-not-a-token', 'foreign'],
  ['dots alone', () => 'a.b.c', 'foreign'],
  ['too long', () => provider.issue({ ...GOOD, x: 'y'.repeat(20_000) }), 'foreign'],
];

const outcome = async (issuer: Issuer, token: string, read = openTokenReader()) => {
  const reading = await read({ issuers: [issuer] }, token);
  return 'why' in reading ? reading.why : reading.kind;
};

test.each(CASES)('%s', async (_, make, want) => {
  expect(await outcome(issuerWith(), await make())).toBe(want);
});

test.each(CASES)('by a file of keys: %s', async (_, make, want) => {
  const file = join(dir, 'keys.json');
  writeFileSync(file, provider.keySet());
  const before = provider.asked.length;
  expect(await outcome(issuerWith({ jwks: file }), await make())).toBe(want);
  expect(provider.asked.length).toBe(before);
});

test('a second entry of the same issuer may have another audience', async () => {
  const read = openTokenReader();
  const issuers = [issuerWith({ audience: 'other' }), issuerWith()];
  expect((await read({ issuers }, await provider.issue(GOOD))).kind).toBe('verified');
});

test('a rotated key is fetched, and unknown keys make no flood of requests', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    const read = openTokenReader();
    expect(await outcome(issuerWith(), await provider.issue(GOOD), read)).toBe('verified');
    await provider.rotate();
    vi.setSystemTime(Date.now() + 31_000);
    expect(await outcome(issuerWith(), await provider.issue(GOOD), read)).toBe('verified');
    const before = provider.asked.length;
    const unknown = (await forged('HS256', 'key-x')).split('.').slice(1);
    const head = Buffer.from('{"alg":"RS256","kid":"key-x"}').toString('base64url');
    for (let i = 0; i < 20; i += 1)
      expect(await outcome(issuerWith(), [head, ...unknown].join('.'), read)).toBe(
        'the issuer has no such key',
      );
    expect(provider.asked.length - before).toBeLessThanOrEqual(1);
  } finally {
    vi.useRealTimers();
  }
});

test('keys that cannot be had are no refusal and no yes', async () => {
  const down = await startProvider();
  const token = await down.issue(GOOD);
  down.breakDown();
  const reading = await openTokenReader()(
    { issuers: [issuerWith({ issuer: down.issuer })] },
    token,
  );
  expect(reading).toMatchObject({ kind: 'unavailable', why: `${down.issuer} answered 500` });
  await down.close();
  const absent = issuerWith({ jwks: join(dir, 'absent.json') });
  const gone = await openTokenReader()({ issuers: [absent] }, await provider.issue(GOOD));
  expect(gone.kind).toBe('unavailable');
});
