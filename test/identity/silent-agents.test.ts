// Whoever keeps the key takes the connection and never says a word: git commit returns all the same, with the note pending.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { makeOwnKey } from '../../src/attest/private-key.ts';
import { openLab, type Lab } from '../attest/lab.ts';

const PROGRAM = join(import.meta.dirname, '../../bin/aitrail.js');
const hasGpg = spawnSync('gpg', ['--version']).status === 0;

type Env = Readonly<Record<string, string>>;

/** Short: sockets stand in it. */
function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 's-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function listenSilently(socket: string): Promise<string> {
  const server = createServer((connection) => connection.resume());
  server.listen(socket);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return socket;
}

async function lockSsh(lab: Lab): Promise<Env> {
  const folder = openFolder();
  const key = join(folder, 'id');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  lab.git('config', 'gpg.format', 'ssh');
  lab.git('config', 'user.signingkey', `key::${readFileSync(`${key}.pub`, 'utf8').trim()}`);
  return { SSH_AUTH_SOCK: await listenSilently(join(folder, 'agent')) };
}

async function lockGpg(lab: Lab): Promise<Env> {
  const home = openFolder();
  const env = { PATH: lab.env['PATH'] ?? '', HOME: home, GNUPGHOME: home };
  const make = ['--passphrase', '', '--quick-gen-key', 'alice@example.com', 'ed25519', 'sign'];
  const quietly = ['--batch', '--quiet', '--pinentry-mode', 'loopback'];
  execFileSync('gpg', [...quietly, ...make], { env, stdio: 'pipe' });
  spawnSync('gpgconf', ['--kill', 'all'], { env });
  const ask = ['--list-dirs', 'agent-socket'];
  const socket = execFileSync('gpgconf', ask, { env, encoding: 'utf8' }).trim();
  mkdirSync(dirname(socket), { recursive: true });
  rmSync(socket, { force: true });
  await listenSilently(socket);
  lab.git('config', 'user.signingkey', 'alice@example.com');
  return { GNUPGHOME: home };
}

async function lockKeyring(lab: Lab): Promise<Env> {
  const { publicLine } = makeOwnKey('alice@example.com');
  writeFileSync(join(lab.home, 'keys', 'keyring.pub'), `${publicLine}\n`);
  const bus = await listenSilently(join(openFolder(), 'bus'));
  return { DBUS_SESSION_BUS_ADDRESS: `unix:path=${bus}` };
}

test.each([
  ['ssh-agent', lockSsh, true],
  ['gpg-agent', lockGpg, hasGpg],
  ['the keyring', lockKeyring, process.platform === 'linux'],
])('%s never answers: the commit returns and its note waits', async (_, lock, isHere) => {
  if (!isHere) return;
  const lab = openLab();
  execFileSync(process.execPath, [PROGRAM, 'init'], { cwd: lab.repo, env: lab.env, stdio: 'pipe' });
  const env = { ...lab.env, ...(await lock(lab)) };
  lab.write('a.ts', 'one\n');
  lab.git('add', 'a.ts');
  const git = spawn('git', ['commit', '-m', 'one'], { cwd: lab.repo, env });
  const [said, [exit]] = await Promise.all([text(git.stderr), once(git, 'exit')]);
  expect(said).toMatch(/1 commit waits for attestation: .*\(SIGNER_LOCKED\)/);
  expect(exit).toBe(0);
  expect(lab.git('for-each-ref', 'refs/notes')).toBe('');
  expect(readFileSync(join(lab.repo, '.git/aitrail/pending'), 'utf8')).toContain(
    lab.git('rev-parse', 'HEAD'),
  );
});
