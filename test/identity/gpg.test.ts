// Signing with OpenPGP: real gpg, a home of its own, and readers that have neither the key nor gpg.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSignature } from '../../src/attest/signature.ts';
import { parseKeyLine } from '../../src/attest/ssh-key.ts';
import { openSigner } from '../../src/flow/attest/open-signer.ts';
import { revokeKey } from '../../src/flow/attest/revoke-key.ts';
import { rotateKey } from '../../src/flow/attest/rotate-key.ts';
import { trustKey } from '../../src/flow/attest/trust-key.ts';
import { withPatience } from '../../src/model/sign-wait.ts';
import { attest, noteOf, verdicts } from '../attest/attest-kit.ts';
import { openLab, type Lab } from '../attest/lab.ts';

const NAMESPACE = 'attestation@aitrail';
const LIST = '.aitrail/allowed_signers';
const message = Buffer.from('message');
const hasGpg = spawnSync('gpg', ['--version']).status === 0;

const homes: string[] = [];
let shared = '';

/** Short: the agent's socket stands in it. */
function openHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'g-'));
  homes.push(home);
  return home;
}

function gpg(home: string, args: readonly string[], input: string | Uint8Array = ''): string {
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, GNUPGHOME: home };
  const all = ['--batch', '--no-tty', '--quiet', '--pinentry-mode', 'loopback', ...args];
  return execFileSync('gpg', all, { env, input, encoding: 'utf8', stdio: 'pipe' });
}

interface KeyOptions {
  readonly home?: string;
  readonly algorithm?: string;
  readonly passphrase?: string;
  readonly expires?: string;
  readonly earlier?: readonly string[];
}

let made = 0;

/** @returns the fingerprint. */
function makeKey(options: KeyOptions = {}): string {
  const { home = shared, algorithm = 'ed25519', passphrase = '', expires = 'never' } = options;
  made += 1;
  const email = `key${made}@example.com`;
  const make = ['--quick-gen-key', email, algorithm, 'sign', expires];
  gpg(home, [...(options.earlier ?? []), '--passphrase', passphrase, ...make]);
  const listed = gpg(home, ['--with-colons', '--list-keys', email]);
  return /^fpr:+([0-9A-F]{40}):/m.exec(listed)?.[1] ?? '';
}

/** A repository whose git signs with the key. */
function labWith(key: string, home = shared): Lab {
  const lab = openLab();
  lab.git('config', 'user.signingkey', key);
  const caller = { cwd: lab.repo, env: { ...lab.env, GNUPGHOME: home } };
  return { ...lab, env: caller.env, caller: withPatience(caller) }; // however slow the machine
}

/** The same repository where there is neither gpg nor a key. */
function strangerTo({ repo }: Lab): Lab {
  const stranger = openLab({ email: 'auditor@example.com' });
  const env = { ...stranger.env, GNUPGHOME: '/nonexistent' };
  execFileSync('git', ['config', '--global', 'gpg.program', '/nonexistent/gpg'], { env });
  return { ...stranger, repo, env, caller: { cwd: repo, env } };
}

const codeOf = (lab: Lab): Promise<string> =>
  openSigner(lab.caller, { signing: 'auto' })
    .then((signer) => signer.sign(message))
    .then(
      () => 'signed',
      (thrown: unknown) => `${String(Object(thrown).code)}: ${String(Object(thrown).message)}`,
    );

beforeAll(() => {
  shared = openHome();
});

afterAll(() => {
  for (const home of homes) {
    const env = { PATH: process.env['PATH'] ?? '', HOME: home, GNUPGHOME: home };
    spawnSync('gpgconf', ['--kill', 'all'], { env });
    rmSync(home, { recursive: true, force: true });
  }
});

describe.skipIf(!hasGpg)('git’s OpenPGP key', () => {
  test.each(['ed25519', 'nistp256', 'rsa2048'])(
    '%s: gpg with the public key alone agrees with us, and no other bytes do',
    async (algorithm) => {
      const key = makeKey({ algorithm });
      const signer = await openSigner(labWith(key).caller, { signing: 'auto' });
      const blob = await signer.sign(message);
      const opened = openSignature(blob);
      expect(signer.kind).toBe('gpg');
      expect(opened?.publicKey).toEqual(parseKeyLine(signer.publicKey)?.blob);
      expect(opened?.check(message, NAMESPACE).kind).toBe('good');
      expect(opened?.check(Buffer.from('massage'), NAMESPACE).kind).toBe('bad');
      expect(opened?.check(message, 'git').kind).toBe('bad');
      for (let at = 0; at < blob.length; at += 7) {
        const changed = Buffer.from(blob);
        changed[at] = (changed[at] ?? 0) ^ 1;
        expect(openSignature(changed)?.check(message, NAMESPACE).kind).not.toBe('good');
      }
      const reader = openHome();
      gpg(reader, ['--import'], gpg(shared, ['--armor', '--export', key]));
      writeFileSync(join(reader, 'sig'), blob);
      const said = gpg(reader, ['--status-fd', '1', '--verify', join(reader, 'sig'), '-'], message);
      expect(said).toMatch(new RegExp(`VALIDSIG ${key}`));
    },
  );

  test('a note verifies where there is no gpg, once the key is listed; another key’s does not', async () => {
    const lab = labWith(makeKey());
    lab.commit('a.ts', 'one\n');
    const trusted = await trustKey(lab.caller, null, null);
    expect(readFileSync(join(lab.repo, LIST), 'utf8')).toBe(
      `# openpgp: alice@example.com namespaces="${NAMESPACE}" ${trusted.fingerprint.slice(8)}\n`,
    );
    lab.git('add', '-A');
    lab.git('commit', '-qm', 'list');
    const commit = lab.commit('b.ts', 'ai: two\n');
    await attest(lab, [commit]);
    await attest(lab, [commit]);
    expect(noteOf(lab, commit)).toHaveLength(1);
    const stranger = strangerTo(lab);
    expect(await verdicts(stranger)).toEqual(['verified']);
    lab.git('config', 'user.signingkey', makeKey());
    const other = lab.commit('c.ts', 'ai: three\n');
    await attest(lab, [other]);
    expect((await verdicts(stranger))[0]).toMatch(
      /^untrusted-signer: key openpgp:[0-9A-F]{40} is not listed/,
    );
    const since = Date.now() - 60_000;
    await revokeKey(lab.caller, trusted.fingerprint, () => since);
    const end = lab.commit('d.ts', 'one\n');
    expect(await verdicts(stranger, { range: commit, trustRef: end })).toEqual([
      'untrusted-signer: the key of line 1 has expired',
    ]);
  });

  test('an SSH key takes its place, and both sign that', async () => {
    const lab = labWith(makeKey());
    await trustKey(lab.caller, null, null);
    lab.commit('a.ts', 'one\n');
    const next = join(lab.home, 'next');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', next]);
    const rotated = await rotateKey(lab.caller, { to: next, isLost: false });
    expect(rotated).toMatchObject({ list: 'added', isCrossSigned: true });
    lab.git('config', 'gpg.format', 'ssh');
    lab.git('config', 'user.signingkey', next);
    const commit = lab.commit('b.ts', 'ai: two\n');
    await attest(lab, [commit]);
    // by the list before the rotation: the new key follows from the old one
    expect(await verdicts(strangerTo(lab))).toEqual(['verified']);
  });

  test('a key that ends by itself is listed with that end, and once more when it is put off', async () => {
    const key = makeKey({ expires: '2d' });
    const lab = labWith(key);
    lab.commit('a.ts', 'one\n');
    await trustKey(lab.caller, key, 'alice@example.com');
    const listed = (): readonly string[] =>
      readFileSync(join(lab.repo, LIST), 'utf8').match(/valid-before="\d{14}Z"/g) ?? [];
    expect(listed()).toHaveLength(1);
    expect((await trustKey(lab.caller, key, 'alice@example.com')).isAdded).toBe(false);
    gpg(shared, ['--passphrase', '', '--quick-set-expire', key, '5d']);
    expect((await trustKey(lab.caller, key, 'alice@example.com')).isAdded).toBe(true);
    expect(new Set(listed()).size).toBe(2);
  });

  test('what cannot sign says why, and whether somebody can do something about it', async () => {
    const home = openHome();
    const earlier = ['--faked-system-time', '20200101T000000'];
    const expired = makeKey({ home, expires: '1d', earlier });
    expect(await codeOf(labWith(expired, home))).toMatch(/^KEY_UNREADABLE: .* has expired$/);
    const revoked = makeKey({ home });
    const rev = readFileSync(join(home, 'openpgp-revocs.d', `${revoked}.rev`), 'utf8');
    gpg(home, ['--import'], rev.replace(/^:-/m, '-'));
    expect(await codeOf(labWith(revoked, home))).toMatch(/^KEY_UNREADABLE: .* is revoked$/);
    expect(await codeOf(labWith('0123456789ABCDEF', home))).toMatch(/^KEY_UNREADABLE: /);
    const locked = makeKey({ home, passphrase: ['open', 'sesame'].join(' ') });
    spawnSync('gpgconf', ['--kill', 'gpg-agent'], { env: { ...process.env, GNUPGHOME: home } });
    const lab = labWith(locked, home);
    expect(await codeOf(lab)).toMatch(/^SIGNER_LOCKED: /);
    const file = join(lab.home, 'passphrase');
    writeFileSync(file, 'open sesame\n');
    const env = { ...lab.caller.env, AITRAIL_PASSPHRASE_FILE: file };
    expect(await codeOf({ ...lab, caller: { cwd: lab.repo, env } })).toBe('signed');
    const none = labWith(locked, home);
    none.git('config', 'gpg.program', '/nonexistent/gpg');
    expect(await codeOf(none)).toMatch(/^KEY_UNREADABLE: .*cannot be started/);
  });
});
