// Row S7: keys over time. Rotation by both keys, revocation with and without a witness, git's own revocation file.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseRotations, signRotation } from '../../src/attest/rotation.ts';
import { openSigned } from '../../src/attest/open-signed.ts';
import { signStatement } from '../../src/attest/sign-statement.ts';
import { openSigner } from '../../src/flow/attest/open-signer.ts';
import { revokeKey } from '../../src/flow/attest/revoke-key.ts';
import { rotateKey } from '../../src/flow/attest/rotate-key.ts';
import { listTrusted } from '../../src/flow/attest/show-identity.ts';
import { trustKey } from '../../src/flow/attest/trust-key.ts';
import { cosignLog } from '../../src/flow/log/grow-log.ts';
import { signLogNow } from '../../src/flow/log/query-log.ts';
import { showWitness, startWitness, watchLog } from '../../src/flow/log/run-witness.ts';
import { diagnose } from '../../src/flow/setup/diagnose.ts';
import type { Statement } from '../../src/model/statement.ts';
import { makeSigner } from './approve-kit.ts';
import { attest, forceNote, makeIdentity, noteOf, verdicts } from './attest-kit.ts';
import { openLab, type Lab } from './lab.ts';

vi.setConfig({ testTimeout: 60_000 });

const LIST = '.aitrail/allowed_signers';
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

function lab(): Lab {
  const made = openLab();
  closers.push(() => rmSync(dirname(made.repo), { recursive: true }));
  return made;
}

const rotate = (at: Lab, more: object = {}) =>
  rotateKey(at.caller, { to: null, isLost: false, ...more });

const revoke = (at: Lab, key: string, sinceMs: number) => revokeKey(at.caller, key, () => sinceMs);

const keyOf = (line: string): string => line.split(' ')[1] ?? '';

/** Alice's key is listed, and her first commit after that attested. */
async function listed() {
  const at = lab();
  const key = await makeIdentity(at);
  at.commit(LIST, `alice@example.com namespaces="attestation@aitrail" ${key}\n`);
  const commit = at.commit('a', 'ai: a\n');
  await attest(at, [commit]);
  return { at, key, commit };
}

/** Commits what stands in the working tree, and attests it. */
async function commitAll(at: Lab, message: string): Promise<string> {
  at.git('add', '-A');
  at.git('commit', '-q', '-m', message);
  const commit = at.git('rev-parse', 'HEAD');
  await attest(at, [commit]);
  return commit;
}

describe('rotate', () => {
  test('the list gets the new key below the old one, signed by both, and all verifies before and after', async () => {
    const { at, key, commit } = await listed();
    const rotated = await rotate(at);
    const text = readFileSync(join(at.repo, LIST), 'utf8').split('\n');
    expect(text.map((line) => line.slice(0, 30))).toEqual([
      'alice@example.com namespaces="',
      '# rotation: {"payload":"eyJmcm',
      'alice@example.com namespaces="',
      '',
    ]);
    const [rotation] = parseRotations(text.join('\n'));
    expect(rotation?.from.toString('base64')).toBe(keyOf(key));
    expect(text[2]).toContain(rotation?.to.toString('base64'));
    expect(at.git('diff', '--numstat', LIST)).toBe(`2\t0\t${LIST}`);
    expect(rotated).toMatchObject({ list: 'added', isCrossSigned: true, setting: null });
    // what both signed is what lets the very change that lists the new key verify
    const change = await commitAll(at, 'rotate');
    const after = at.commit('b', 'ai: b\n');
    await attest(at, [after]);
    const range = { range: `${commit}~1..HEAD` };
    expect(await verdicts(at, range)).toEqual(['verified', 'verified', 'verified']);
    expect(await verdicts(at, { range: change })).toEqual(['verified']);
    expect(await verdicts(at, { range: after })).toEqual(['verified']);
    expect((await listTrusted(at.caller)).signers).toHaveLength(2);
    expect(noteOf(at, after).join()).not.toContain(noteOf(at, commit)[0]?.slice(-60, -20));
    // ssh-keygen reads the list as before
    const found = execFileSync(
      'ssh-keygen',
      ['-Y', 'match-principals', '-I', 'alice@example.com', '-f', LIST],
      { cwd: at.repo, encoding: 'utf8' },
    );
    expect(found).toContain('alice@example.com');
  });

  test('a rotation that the old key did not sign is a comment like others', async () => {
    const { at } = await listed();
    const own = await openSigner(at.caller, { signing: 'auto' });
    const mallory = await makeSigner('mallory');
    const forged = await signRotation(
      { ...mallory, publicKey: own.publicKey },
      mallory,
      new Date().toISOString(),
    );
    const honest = await signRotation(own, mallory, new Date().toISOString());
    expect([parseRotations(`${forged}\n`), parseRotations(`${honest}\n`).length]).toEqual([[], 1]);
    const cut = honest.replace(/,\{"keyid":[^}]*\}\]\}$/, ']}');
    expect([cut === honest, parseRotations(cut)]).toEqual([false, []]);
  });

  test('a key that the list ends is not brought back by a rotation', async () => {
    const { at, commit } = await listed();
    await rotate(at);
    await commitAll(at, 'rotate');
    const { fingerprint } = await revoke(at, keyLine(at, 1), Date.now() - 60_000);
    at.git('add', '-A');
    at.git('commit', '-q', '-m', 'revoke the new one');
    const after = at.commit('b', 'ai: b\n');
    await attest(at, [after]);
    expect(await verdicts(at, { range: after })).toEqual([
      'untrusted-signer: the key of line 3 has expired',
    ]);
    expect(fingerprint).toMatch(/^SHA256:/);
    expect(await verdicts(at, { range: commit })).toEqual(['verified']);
  });

  test('without a list this machine goes on trusting what its old key signed', async () => {
    const at = lab();
    await makeIdentity(at);
    at.commit('z', 'z\n');
    const commit = at.commit('a', 'ai: a\n');
    await attest(at, [commit]);
    expect(await rotate(at)).toMatchObject({ list: 'none' });
    const next = at.commit('b', 'ai: b\n');
    await attest(at, [next]);
    expect(await verdicts(at, { range: `${commit}~1..` })).toEqual(['verified', 'verified']);
  });

  test('another repository learns of it from identity trust', async () => {
    const { at, key } = await listed();
    await rotate(at);
    const other = { ...lab(), env: at.env };
    const caller = { cwd: other.repo, env: at.env };
    mkdirSync(join(other.repo, '.aitrail'));
    writeFileSync(join(other.repo, LIST), `alice@example.com ${key}`);
    await trustKey(caller, null, null);
    expect(readFileSync(join(other.repo, LIST), 'utf8')).toMatch(
      /^alice@example\.com ssh-ed25519 \S+\n# rotation: \{.*\}\nalice@example\.com namespaces=\S+ ssh-ed25519 \S+\n$/,
    );
  });

  test('a key of git’s own: the next one is named, both sign, git is left alone', async () => {
    const at = lab();
    for (const name of ['one', 'two'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(at.home, name)]);
    at.git('config', 'gpg.format', 'ssh');
    at.git('config', 'user.signingkey', join(at.home, 'one'));
    const one = readFileSync(join(at.home, 'one.pub'), 'utf8');
    at.commit(LIST, `*@example.com ${one}`);
    await expect(rotate(at)).rejects.toMatchObject({ code: 'USAGE' });
    const two = join(at.home, 'two');
    expect(await rotate(at, { to: two })).toMatchObject({ list: 'added', setting: two });
    expect(at.git('config', 'user.signingkey')).toBe(join(at.home, 'one'));
    at.git('config', 'user.signingkey', two);
    const commit = await commitAll(at, 'rotate');
    expect(await verdicts(at, { range: commit })).toEqual(['verified']);
  });

  test('a wiped keyring: doctor names what is lost and what is not, and --lost goes on without it', async () => {
    const { at, key, commit } = await listed();
    rmSync(join(at.home, 'keys', 'signing'));
    rmSync(join(at.home, 'keys', 'signing.pub'));
    writeFileSync(join(at.home, 'keys', 'keyring.pub'), `${key} alice@example.com\n`);
    const check = (await diagnose(at.caller)).find(({ name }) => name === 'identity');
    expect(check).toMatchObject({ status: 'fail' });
    expect(check?.detail).toMatch(
      /lost are signing with SHA256:\S+, values that reveal gives back; not lost are recordings, the log and its key, and notes/,
    );
    await expect(rotate(at)).rejects.toMatchObject({ code: 'SIGNER_LOCKED' });
    // no keyring here at all: a new key needs one, or a file
    await expect(rotate(at, { isLost: true })).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
    expect(await verdicts(at, { range: commit })).toEqual(['verified']);
  });
});

/** Line `index` of the list, as a public key. */
const keyLine = (at: Lab, index: number): string =>
  readFileSync(join(at.repo, LIST), 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => /ssh-ed25519 \S+/.exec(line)?.[0] ?? '')[index] ?? '';

async function openWitness(at: Lab) {
  const machine = lab();
  const door = await startWitness(machine.caller, {
    host: '127.0.0.1',
    port: 0,
    warn: () => undefined,
  });
  closers.push(door.close);
  watchLog(machine.caller, (await signLogNow(at.caller)).vkey);
  return { url: door.url, vkey: showWitness(machine.caller).vkey };
}

/** A witness is trusted, has seen the commit's record, and the key ends a moment later. */
async function revoked() {
  const { at, key, commit } = await listed();
  const witness = await openWitness(at);
  await trustKey(at.caller, witness.vkey, null);
  await commitAll(at, 'trust a witness');
  const cosigned = await cosignLog(at.caller, witness.url, witness.vkey);
  expect(cosigned.notes).toBe(2);
  expect((await cosignLog(at.caller, witness.url, witness.vkey)).notes).toBe(0);
  const late = at.commit('b', 'ai: b\n');
  await attest(at, [late]);
  const sinceMs = Date.parse(cosigned.at) + 1000;
  vi.useFakeTimers({ now: sinceMs + 60_000, toFake: ['Date'] });
  closers.push(() => vi.useRealTimers());
  const said = await revoke(at, key, sinceMs);
  expect(said).toMatchObject({ isChanged: true, isOwn: true, witnesses: 1 });
  expect(at.git('diff', '--numstat', LIST)).toBe(`1\t1\t${LIST}`);
  at.git('add', '-A');
  at.git('commit', '-q', '-m', 'revoke');
  return { at, commit, late, cosigned };
}

describe('revoke', () => {
  test('what a trusted witness saw before stays verified, all else becomes untrusted', async () => {
    const { at, commit, late, cosigned } = await revoked();
    const trust = { trustRef: 'HEAD' };
    expect(await verdicts(at, { range: commit, ...trust })).toEqual([
      `verified: the key has ended since; witnessed at ${cosigned.at}`,
    ]);
    expect(await verdicts(at, { range: late, ...trust })).toEqual([
      'untrusted-signer: the key of line 1 has expired',
    ]);
    // the range that holds the revocation is judged by it; the witness that it brings along says nothing
    const range = `${commit}~1..${at.git('rev-parse', 'HEAD')}`;
    const kinds = (await verdicts(at, { range })).map((each) => each.split(':')[0]);
    expect(kinds).toEqual(['missing', ...Array<string>(3).fill('untrusted-signer')]);
    // its word about another commit says nothing of this one
    forceNote(at, late, [...noteOf(at, late), noteOf(at, commit).at(-1), ''].join('\n'));
    expect((await verdicts(at, { range: late, ...trust }))[0]).toMatch(/^untrusted-signer/);
  });

  test('b: the thief of a revoked key cannot point to a record that was witnessed', async () => {
    const { at, commit } = await revoked();
    const lines = noteOf(at, commit);
    const opened = openSigned(lines[0] ?? '');
    if (opened.kind !== 'signed') throw new Error(opened.kind);
    const thief = await openSigner(at.caller, { signing: 'auto' });
    const resign = async (more: Partial<Statement['predicate']>): Promise<string> => {
      const predicate = { ...opened.statement.predicate, ...more };
      const line = await signStatement({ ...opened.statement, predicate }, thief);
      forceNote(at, commit, [line, ...lines.slice(1), ''].join('\n'));
      return (await verdicts(at, { range: commit, trustRef: 'HEAD' }))[0] ?? '';
    };
    expect(await resign({})).toMatch(/^verified/);
    const coverage = { preCommit: 'ran', recorder: 'gap', agentSignals: ['X'] } as const;
    expect(await resign({ coverage })).toMatch(/^untrusted-signer/);
    // a statement that does not say whose it is, as earlier versions wrote
    const { kind } = opened.statement.predicate.signer;
    expect(await resign({ signer: { kind, key: null } })).toMatch(/^untrusted-signer/);
  });

  test('a witness that saw it after the end does not help', async () => {
    const { at, key, commit } = await listed();
    const witness = await openWitness(at);
    at.commit('.aitrail/witnesses', `${witness.vkey}\n`);
    await cosignLog(at.caller, witness.url, witness.vkey);
    await revoke(at, key, Date.now() - 3_600_000);
    at.git('commit', '-q', '-am', 'revoke');
    expect((await verdicts(at, { range: commit, trustRef: 'HEAD' }))[0]).toMatch(/^untrusted/);
  });

  test.each([
    ['nobody', 'SHA256:nobody', 'KEY_NOT_LISTED'],
    ['a file that is not there', 'nothing.pub', 'KEY_UNREADABLE'],
  ])('%s', async (_, named, code) => {
    const { at } = await listed();
    await expect(revoke(at, named, Date.now())).rejects.toMatchObject({ code });
  });

  test('an earlier end stays, other options and bytes too', async () => {
    const at = lab();
    const key = await makeIdentity(at);
    const text = `# people\n\nalice@example.com  namespaces="a,b",valid-before="20300101Z"\t${key} of alice\nbob@example.com ${key}`;
    at.commit(LIST, text);
    await revoke(at, key, Date.UTC(2026, 0, 2, 3, 4, 5));
    const ended = readFileSync(join(at.repo, LIST), 'utf8');
    expect(ended).toBe(
      `# people\n\nalice@example.com  namespaces="a,b",valid-before="20260102030405Z" ${key} of alice\nbob@example.com valid-before="20260102030405Z" ${key}`,
    );
    expect(await revoke(at, key, Date.UTC(2027, 0, 1))).toMatchObject({ isChanged: false });
    expect(readFileSync(join(at.repo, LIST), 'utf8')).toBe(ended);
  });
});

describe("git's gpg.ssh.revocationFile", () => {
  test.each([
    [
      'public keys',
      (at: Lab) => at.write('../revoked', readFileSync(join(at.home, 'k.pub'), 'utf8')),
    ],
    ['a key revocation list', (at: Lab) => krl(at, 'k.pub')],
    ['one of digests', (at: Lab) => krl(at, 'sha256')],
    ['one of short digests', (at: Lab) => krl(at, 'sha1')],
  ])('%s', async (_, write) => {
    const { at, key, commit } = await listed();
    writeFileSync(join(at.home, 'k.pub'), `${key}\n`);
    for (const name of ['sha1', 'sha256']) writeFileSync(join(at.home, name), `${name}: ${key}\n`);
    write(at);
    at.git('config', 'gpg.ssh.revocationFile', join(at.repo, '..', 'revoked'));
    expect((await verdicts(at, { range: commit }))[0]).toMatch(
      /^untrusted-signer: key SHA256:\S+ is revoked \(gpg\.ssh\.revocationFile\)$/,
    );
  });

  test('one about others changes nothing; one that cannot be read leaves nobody to trust', async () => {
    const { at, commit } = await listed();
    writeFileSync(join(at.home, 'k.pub'), `${(await makeSigner('bob')).publicKey}\n`);
    krl(at, 'k.pub');
    const file = join(at.repo, '..', 'revoked');
    at.git('config', 'gpg.ssh.revocationFile', file);
    expect(await verdicts(at, { range: commit })).toEqual(['verified']);
    writeFileSync(file, 'nonsense\n');
    await expect(verdicts(at, { range: commit })).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
    rmSync(file);
    await expect(verdicts(at, { range: commit })).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
  });
});

const krl = (at: Lab, named: string): void =>
  void execFileSync(
    'ssh-keygen',
    ['-q', '-k', '-f', join(at.repo, '..', 'revoked'), join(at.home, named)],
    { stdio: 'pipe' },
  );
