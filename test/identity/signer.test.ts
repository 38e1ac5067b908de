import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseKeyLine } from '../../src/attest/ssh-key.ts';
import { checkSshsig, parseSshsig } from '../../src/attest/sshsig.ts';
import { ensureIdentity, openSigner } from '../../src/flow/attest/open-signer.ts';
import type { Caller } from '../../src/model/caller.ts';
import type { Signer } from '../../src/model/signing.ts';
import { withPatience } from '../../src/model/sign-wait.ts';
import { openLab, type Lab } from '../attest/lab.ts';

const NAMESPACE = 'attestation@aitrail';
const message = Buffer.from('message');

async function isSignedBy(signer: Signer): Promise<boolean> {
  const parsed = parseSshsig(await signer.sign(message));
  const blob = parseKeyLine(signer.publicKey)?.blob;
  if (parsed === null || blob === undefined || !parsed.publicKey.equals(blob)) return false;
  return checkSshsig(parsed, message, NAMESPACE).kind === 'good';
}

function makeKey(lab: Lab, passphrase = ''): string {
  const path = join(lab.home, '..', 'id');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', path]);
  lab.git('config', 'gpg.format', 'ssh');
  return path;
}

function startAgent(lab: Lab): Caller {
  const socket = join(lab.home, 'agent.sock');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void agent.kill());
  return { cwd: lab.repo, env: { ...lab.env, SSH_AUTH_SOCK: socket } };
}

async function addToAgent(caller: Caller, path: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1)
    try {
      execFileSync('ssh-add', ['-q', path], { env: caller.env, stdio: 'pipe' });
      return;
    } catch (thrown) {
      if (attempt > 50) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

describe("git's own SSH key", () => {
  test.each([
    ['the private file', (path: string) => path],
    ['the public file', (path: string) => `${path}.pub`],
    ['a path from home', (path: string) => `~/${path.split('/').at(-1) ?? ''}`],
  ])('user.signingkey names %s', async (_, named) => {
    const lab = openLab();
    lab.git('config', 'user.signingkey', named(makeKey(lab)));
    const signer = await openSigner(lab.caller, { signing: 'auto' });
    expect([signer.kind, signer.principal]).toEqual(['ssh', 'alice@example.com']);
    expect(await isSignedBy(signer)).toBe(true);
  });

  test.each([
    ['key::', (line: string) => ['user.signingkey', `key::${line}`]],
    ['a literal', (line: string) => ['user.signingkey', line]],
    ['a key command', (line: string) => ['gpg.ssh.defaultKeyCommand', `echo '${line}'`]],
  ])('in the agent, named by %s', async (_, setting) => {
    const lab = openLab();
    const path = makeKey(lab);
    const line = readFileSync(`${path}.pub`, 'utf8').trim();
    lab.git('config', ...setting(line));
    const caller = startAgent(lab);
    await addToAgent(caller, path);
    expect(await isSignedBy(await openSigner(caller, { signing: 'auto' }))).toBe(true);
  });

  test('with a passphrase and nobody to type it is SIGNER_LOCKED, at once', async () => {
    const lab = openLab();
    lab.git('config', 'user.signingkey', makeKey(lab, 'open sesame'));
    const signer = await openSigner(lab.caller, { signing: 'auto' });
    await expect(signer.sign(message)).rejects.toMatchObject({ code: 'SIGNER_LOCKED' });
  });

  test('with a passphrase file is opened by it', async () => {
    const lab = openLab();
    lab.git('config', 'user.signingkey', makeKey(lab, 'open sesame'));
    const file = join(lab.home, 'passphrase');
    writeFileSync(file, 'open sesame\n', { mode: 0o600 });
    const env = { ...lab.env, AITRAIL_PASSPHRASE_FILE: file };
    expect(await isSignedBy(await openSigner({ cwd: lab.repo, env }, { signing: 'auto' }))).toBe(
      true,
    );
  });

  test('a program that waits for a touch is SIGNER_LOCKED within a second', async () => {
    const lab = openLab();
    lab.git('config', 'user.signingkey', makeKey(lab));
    const program = join(lab.home, 'slow-keygen');
    writeFileSync(program, '#!/bin/sh\nexec sleep 30\n');
    chmodSync(program, 0o755);
    lab.git('config', 'gpg.ssh.program', program);
    const signer = await openSigner(lab.caller, { signing: 'ssh' });
    await expect(signer.sign(message)).rejects.toMatchObject({ code: 'SIGNER_LOCKED' });
  });

  test.each([
    ['a file that is not there', ['gpg.ssh.program', 'ssh-keygen'], 'KEY_UNREADABLE'],
    ['a program that is not there', ['gpg.ssh.program', '/nonexistent/keygen'], 'KEY_UNREADABLE'],
  ])('%s is a fault with a fix', async (name, setting, code) => {
    const lab = openLab();
    const path = makeKey(lab);
    lab.git('config', ...setting);
    lab.git('config', 'user.signingkey', name.includes('program') ? path : '/nonexistent/key');
    const signing = openSigner(lab.caller, { signing: 'auto' }).then((signer) =>
      signer.sign(message),
    );
    await expect(signing).rejects.toMatchObject({ code });
  });
});

describe("aitrail's own key", () => {
  test('there is none before init', async () => {
    const lab = openLab();
    await expect(openSigner(lab.caller, { signing: 'auto' })).rejects.toMatchObject({
      code: 'NO_SIGNER',
    });
    await expect(ensureIdentity(lab.caller, { signing: 'ssh' })).rejects.toMatchObject({
      code: 'NO_SIGNER',
    });
  });

  test('without a keyring it is a file of 0600 that init makes once', async () => {
    const lab = openLab();
    const first = await ensureIdentity(lab.caller, { signing: 'auto' });
    const again = await ensureIdentity(lab.caller, { signing: 'auto' });
    expect([first.isNew, again.isNew, first.signer.kind]).toEqual([true, false, 'file']);
    expect(again.signer.publicKey).toBe(first.signer.publicKey);
    expect(await isSignedBy(again.signer)).toBe(true);
    expect(statSync(join(lab.home, 'keys', 'signing')).mode & 0o777).toBe(0o600);
    expect(statSync(join(lab.home, 'keys')).mode & 0o777).toBe(0o700);
  });

  test('is encrypted where AITRAIL_PASSPHRASE_FILE is set, and useless without it', async () => {
    const lab = openLab();
    const file = join(lab.home, 'passphrase');
    writeFileSync(file, 'open sesame\n', { mode: 0o600 });
    const caller = { cwd: lab.repo, env: { ...lab.env, AITRAIL_PASSPHRASE_FILE: file } };
    const { signer } = await ensureIdentity(caller, { signing: 'file' });
    expect(await isSignedBy(signer)).toBe(true);
    expect(readFileSync(join(lab.home, 'keys', 'signing'), 'utf8')).not.toContain('open sesame');
    const plain = await openSigner(lab.caller, { signing: 'file' });
    await expect(plain.sign(message)).rejects.toMatchObject({ code: 'SIGNER_LOCKED' });
  });

  test.each([
    ['a passphrase file that is not there', '/nonexistent/passphrase', null],
    ['an empty passphrase', 'passphrase', ''],
  ])('%s leaves no plain key behind', async (_, name, content) => {
    const lab = openLab();
    const file = join(lab.home, name);
    if (content !== null) writeFileSync(file, content);
    const caller = { cwd: lab.repo, env: { ...lab.env, AITRAIL_PASSPHRASE_FILE: file } };
    await expect(ensureIdentity(caller, { signing: 'file' })).rejects.toMatchObject({
      code: 'KEY_UNREADABLE',
    });
    expect(existsSync(join(lab.home, 'keys', 'signing'))).toBe(false);
  });

  test('signing: keyring where there is no keyring has nothing to make', async () => {
    const lab = openLab();
    await expect(ensureIdentity(lab.caller, { signing: 'keyring' })).rejects.toMatchObject({
      code: 'NO_SIGNER',
    });
  });
});

test('whoever asks for it at a terminal has time to touch the key', async () => {
  const lab = openLab();
  lab.git('config', 'user.signingkey', makeKey(lab));
  const program = join(lab.home, 'slow-keygen');
  writeFileSync(program, '#!/bin/sh\nsleep 1.2\nexec ssh-keygen "$@"\n');
  chmodSync(program, 0o755);
  lab.git('config', 'gpg.ssh.program', program);
  const hurried = await openSigner(lab.caller, { signing: 'ssh' });
  await expect(hurried.sign(message)).rejects.toMatchObject({ code: 'SIGNER_LOCKED' });
  const patient = await openSigner(withPatience(lab.caller), { signing: 'ssh' });
  expect(await isSignedBy(patient)).toBe(true);
});
