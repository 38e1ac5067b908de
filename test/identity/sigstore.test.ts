// Signing as the identity that CI vouches for: certified and logged on loopback, verified offline where nobody has a key.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAllowedSigners } from '../../src/attest/allowed-signers.ts';
import { openSignature } from '../../src/attest/signature.ts';
import { nameIdentity } from '../../src/attest/sigstore.ts';
import { judgeSigner, type Trust } from '../../src/attest/trust.ts';
import { openSigner } from '../../src/flow/attest/open-signer.ts';
import { revokeKey } from '../../src/flow/attest/revoke-key.ts';
import { trustKey } from '../../src/flow/attest/trust-key.ts';
import { openIdentityProver } from '../../src/identity/sigstore-trust.ts';
import type { Caller } from '../../src/model/caller.ts';
import { withPatience } from '../../src/model/sign-wait.ts';
import type { SigstorePlaces } from '../../src/model/signing.ts';
import { attest, noteOf, verdicts } from '../attest/attest-kit.ts';
import { openLab, type Lab } from '../attest/lab.ts';
import { ISSUER, openSigstore, tokenOf, type Sigstore } from './sigstore-stand-in.ts';

const NAMESPACE = 'attestation@aitrail';
const JOB = 'https://github.com/acme/app/.github/workflows/ci.yml@refs/heads/main';
const JOBS = 'https://github.com/acme/app/.github/workflows/ci.yml@*';
const LIST = '.aitrail/allowed_signers';
const ROOT = '.aitrail/trusted_root.json';
const DAY_MS = 86_400_000;
const message = Buffer.from('message');

let sigstore: Sigstore;
let other: Sigstore;

beforeAll(async () => {
  [sigstore, other] = await Promise.all([openSigstore(), openSigstore()]);
});

afterAll(() => {
  sigstore.close();
  other.close();
});

interface JobOptions {
  readonly at?: Sigstore;
  readonly subject?: string;
  readonly issuer?: string;
  /** What the base lists; null: nothing. */
  readonly listed?: string | null;
  readonly root?: string | null;
  /** Is the log of version 2, with an authority that says when? */
  readonly isSecond?: boolean;
}

const usual = (at: Sigstore): Required<JobOptions> => ({
  at,
  subject: JOB,
  issuer: ISSUER,
  listed: JOBS,
  root: at.root,
  isSecond: false,
});

/** A repository in a job of CI that signs so, whose base trusts what the options say. */
function openJob(options: JobOptions = {}): Lab {
  const { at, subject, issuer, listed, root, isSecond } = {
    ...usual(options.at ?? sigstore),
    ...options,
  };
  const lab = openLab();
  const env: Readonly<Record<string, string>> = {
    ...lab.env,
    SIGSTORE_ID_TOKEN: tokenOf(subject, issuer),
  };
  const folder = join(env['XDG_CONFIG_HOME'] ?? '', 'aitrail');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'config.yaml'),
    `signing: sigstore\nsigstore:\n  fulcio: ${at.url}\n  rekor: ${at.url}\n${isSecond ? `  timestamp: ${at.url}\n` : ''}`,
  );
  if (listed !== null)
    lab.write(LIST, `# sigstore: ci namespaces="${NAMESPACE}" ${ISSUER} ${listed}\n`);
  if (root !== null) lab.write(ROOT, root);
  lab.write('README.md', 'here\n');
  lab.git('add', '-A');
  lab.git('commit', '-q', '-m', 'base');
  return { ...lab, env, caller: withPatience({ cwd: lab.repo, env }, 'job') };
}

/** The same repository where there is neither token nor network. */
const auditorOf = (lab: Lab): Lab => {
  const env = { ...openLab({ email: 'auditor@example.com' }).env };
  return { ...lab, env, caller: { cwd: lab.repo, env } };
};

async function commitAndAttest(lab: Lab): Promise<string> {
  const commit = lab.commit('a.ts', 'ai: one\n');
  await attest(lab, [commit]);
  return commit;
}

const placesOf = ({ url }: Sigstore, timestamp: string | null = null): SigstorePlaces => ({
  fulcio: url,
  rekor: url,
  timestamp,
});

const codeOf = (caller: Caller, at: Sigstore): Promise<string> =>
  openSigner(caller, { signing: 'sigstore', sigstore: placesOf(at) }).then(
    () => 'signed',
    (thrown: unknown) => `${String(Object(thrown).code)}: ${String(Object(thrown).message)}`,
  );

const hasNote = (lab: Lab, commit: string): boolean =>
  lab.git('notes', '--ref=aitrail', 'list').includes(commit);

/** What the auditor is told of a job's commit. */
async function verdictOf(lab: Lab): Promise<string> {
  const commit = await commitAndAttest(lab);
  return (await verdicts(auditorOf(lab), { range: `${commit}~..${commit}` })).join();
}

test('a job signs as itself, and an auditor without key, token or network verifies it', async () => {
  const lab = openJob();
  const commit = await commitAndAttest(lab);
  const asked = [...sigstore.asked];
  expect(await verdicts(auditorOf(lab), { range: `${commit}~..${commit}` })).toEqual(['verified']);
  expect(sigstore.asked).toEqual(asked);
  expect(new Set(asked)).toEqual(new Set(['/api/v2/signingCert', '/api/v1/log/entries']));
  // again by the same identity: in the place of the first, though the bytes are others
  await attest(lab, [commit]);
  expect(noteOf(lab, commit)).toHaveLength(1);
});

test.each<[string, JobOptions, RegExp]>([
  [
    'another subject',
    { subject: JOB.replace('app', 'fork') },
    /^untrusted-signer: key sigstore:.* is not listed$/,
  ],
  ['another issuer', { issuer: 'https://elsewhere.example' }, /^untrusted-signer: key sigstore:/],
  ['a list that names one branch', { listed: JOB.replace('main', 'next') }, /^untrusted-signer: /],
  ['no root', { root: null }, /^untrusted-signer: nothing says which Sigstore counts/],
])('%s: the note does not count', async (_, options, verdict) => {
  expect(await verdictOf(openJob(options))).toMatch(verdict);
});

test('the root of another Sigstore does not count, nor an entry at a time when nothing was certified', async () => {
  expect(await verdictOf(openJob({ root: other.root }))).toMatch(/^untrusted-signer: Sigstore: /);
  const late = await openSigstore({ certifiedAt: new Date(Date.now() - DAY_MS) });
  expect(await verdictOf(openJob({ at: late }))).toMatch(/^untrusted-signer: Sigstore: /);
  late.close();
});

test('a log of version 2 says that, an authority says when: the auditor verifies both offline', async () => {
  const second = await openSigstore();
  const lab = openJob({ at: second, isSecond: true });
  expect(await verdictOf(lab)).toBe('verified');
  expect(new Set(second.asked)).toEqual(
    new Set(['/api/v2/signingCert', '/api/v2/log/entries', '/api/v1/timestamp']),
  );
  const withoutTime = { ...JSON.parse(second.root), timestampAuthorities: [] };
  expect(
    await verdictOf(openJob({ at: second, isSecond: true, root: JSON.stringify(withoutTime) })),
  ).toMatch(/^untrusted-signer: Sigstore: /);
  second.close();
});

test('a time at which nothing was certified does not count, and an authority that is silent is named', async () => {
  const early = await openSigstore({ certifiedAt: new Date(Date.now() - DAY_MS) });
  expect(await verdictOf(openJob({ at: early, isSecond: true }))).toMatch(
    /^untrusted-signer: Sigstore: /,
  );
  const silent = await openSigstore({ status: 503, failing: '/api/v1/timestamp' });
  const lab = openJob({ at: early });
  const signer = await openSigner(lab.caller, {
    signing: 'sigstore',
    sigstore: placesOf(early, silent.url),
  });
  await expect(signer.sign(message)).rejects.toMatchObject({
    code: 'SIGNER_LOCKED',
    message: `${silent.url} answered 503`,
  });
  early.close();
  silent.close();
});

/** What nobody signs in an entry of version 2: the name of the log's key, and the frame around an authority's time. */
const HINTS = /"keyId":"[^"]*"|"signedTimestamp":"[^"]*"/g;

/** With one bit changed, here and there. @param hints parts that are left as they are. */
function flipsOf(blob: Buffer, hints: RegExp | null): readonly string[] {
  const text = blob.toString('latin1');
  const left = hints === null ? [] : [...text.matchAll(hints)];
  const isLeft = (at: number): boolean =>
    left.some(({ 0: hint, index }) => at >= index && at < index + hint.length);
  return Array.from({ length: Math.ceil(blob.length / 29) }, (_, step) => step * 29)
    .filter((at) => !isLeft(at))
    .map((at) => {
      const changed = Buffer.from(blob);
      changed[at] = (changed[at] ?? 0) ^ 1;
      return changed.toString('latin1');
    });
}

test.each([
  ['1', false],
  ['2', true],
])('no byte of a signature can be other than it is: Rekor %s', async (_, isSecond) => {
  const lab = openJob();
  const signer = await openSigner(lab.caller, {
    signing: 'sigstore',
    sigstore: placesOf(sigstore, isSecond ? sigstore.url : null),
  });
  const blob = Buffer.from(await signer.sign(message));
  expect(openSignature(blob)?.check(message, NAMESPACE).kind).toBe('good');
  expect(openSignature(blob)?.check(Buffer.from('massage'), NAMESPACE).kind).toBe('bad');
  const prove = await openIdentityProver(sigstore.root, 'the root');
  expect(prove({ bundle: blob, message })).toBeNull();
  const text = blob.toString('utf8');
  const changes = [
    text.replace('"tlogEntries":[', '"tlogEntries":[],"x":['),
    text.replace(/"tlogEntries":\[.*\],"timestamp/, '"tlogEntries":[],"timestamp'),
    text.replace('{', '{"more":"here",'),
    `${text} `,
  ];
  changes.push(...flipsOf(blob, isSecond ? HINTS : null));
  for (const change of changes) {
    const bytes = Buffer.from(change, 'latin1');
    const isGood = openSignature(bytes)?.check(message, NAMESPACE).kind === 'good';
    expect(isGood && prove({ bundle: bytes, message }) === null, change.slice(0, 80)).toBe(false);
  }
});

test('a time that was given for another signature does not count', async () => {
  const places = placesOf(sigstore, sigstore.url);
  const signer = await openSigner(openJob().caller, { signing: 'sigstore', sigstore: places });
  const [one, two] = [await signer.sign(message), await signer.sign(Buffer.from('massage'))];
  const [own, foreign] = [one, two].map((blob) => Buffer.from(blob).toString('utf8'));
  const time = /"signedTimestamp":"[^"]+"/;
  const bundle = Buffer.from(own?.replace(time, time.exec(foreign ?? '')?.[0] ?? '') ?? '');
  const prove = await openIdentityProver(sigstore.root, 'the root');
  expect(prove({ bundle: Buffer.from(one), message })).toBeNull();
  expect(openSignature(bundle)?.check(message, NAMESPACE).kind).toBe('good');
  expect(prove({ bundle, message })).toMatch(/^Sigstore: /);
});

test('an identity takes part in nothing that does not ask for its proof', () => {
  const blob = nameIdentity({ issuer: ISSUER, subject: JOB });
  const list = `# sigstore: alice@example.com ${ISSUER} ${JOBS}\n`;
  const trust: Trust = {
    source: { kind: 'file', name: 'a list' },
    signers: parseAllowedSigners(list).signers,
    ownKeys: [],
    proveIdentity: () => null,
  };
  const who = { publicKey: blob, committer: 'alice@example.com', namespace: NAMESPACE, atMs: 0 };
  expect(judgeSigner(trust, who).kind).toBe('untrusted');
  expect(judgeSigner({ ...trust, ownKeys: [blob] }, who).kind).toBe('untrusted');
  const proof = { bundle: Buffer.alloc(0), message };
  expect(judgeSigner(trust, { ...who, proof }).kind).toBe('trusted');
  const refusing: Trust = { ...trust, proveIdentity: () => 'no' };
  expect(judgeSigner(refusing, { ...who, proof })).toEqual({ kind: 'untrusted', why: 'no' });
});

test.each<[string, (lab: Lab) => Readonly<Record<string, string>>, RegExp]>([
  ['no token', () => ({ SIGSTORE_ID_TOKEN: '' }), /^NO_SIGNER: .*sigstore/],
  ['no token at all', () => ({ SIGSTORE_ID_TOKEN: 'none.of.them' }), /^SIGNER_LOCKED: /],
])('%s: says so', async (_, change, code) => {
  const lab = openJob();
  const caller = { ...lab.caller, env: { ...lab.caller.env, ...change(lab) } };
  expect(await codeOf(caller, sigstore)).toMatch(code);
});

test('a Sigstore that refuses, or is not there, leaves the note waiting', async () => {
  const closed = await openSigstore({ status: 503 });
  const lab = openJob({ at: closed });
  expect(await codeOf(lab.caller, closed)).toMatch(/^SIGNER_LOCKED: .* answered 503$/);
  closed.close();
  expect(await codeOf(lab.caller, closed)).toMatch(/^SIGNER_LOCKED: .* does not answer$/);
  const commit = lab.commit('a.ts', 'ai: one\n');
  const outcome = await attest(lab, [commit]);
  expect(JSON.stringify(outcome)).toContain('SIGNER_LOCKED');
  expect(hasNote(lab, commit)).toBe(false);
});

test('trust, root and end are three commands', async () => {
  const lab = openJob({ listed: null, root: null });
  const file = join(lab.home, 'root.json');
  mkdirSync(lab.home, { recursive: true });
  writeFileSync(file, sigstore.root);
  expect(await trustKey(lab.caller, file, null)).toMatchObject({ file: ROOT, isAdded: true });
  expect(await trustKey(lab.caller, file, null)).toMatchObject({ isAdded: false });
  const name = `sigstore:${ISSUER},${JOBS}`;
  expect(await trustKey(lab.caller, name, 'ci')).toMatchObject({
    principal: 'ci',
    fingerprint: name,
    isAdded: true,
  });
  expect(readFileSync(join(lab.repo, LIST), 'utf8')).toBe(
    `# sigstore: ci namespaces="${NAMESPACE}" ${ISSUER} ${JOBS}\n`,
  );
  lab.git('add', '-A');
  lab.git('commit', '-qm', 'trust');
  const commit = await commitAndAttest(lab);
  expect(await verdicts(auditorOf(lab), { range: `${commit}~..${commit}` })).toEqual(['verified']);
  const since = Date.now() - 60_000;
  await revokeKey(lab.caller, name, () => since);
  const end = lab.commit('d.ts', 'one\n');
  expect(await verdicts(auditorOf(lab), { range: commit, trustRef: end })).toEqual([
    'untrusted-signer: the key of line 1 has expired',
  ]);
});
