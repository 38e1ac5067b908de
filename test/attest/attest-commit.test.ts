import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openEnvelope } from '../../src/attest/envelope.ts';
import { openSigned } from '../../src/attest/open-signed.ts';
import { formatPae } from '../../src/attest/pae.ts';
import { armorSshsig } from '../../src/attest/sshsig.ts';
import type { Statement } from '../../src/model/statement.ts';
import { attest, forceNote, makeIdentity, noteOf, verdicts } from './attest-kit.ts';
import { openLab, type Lab } from './lab.ts';

const TEXT = 'one\nai: two\nai: three\nmixed: four\n\nfive\n';

function statementOf(lab: Lab, commit: string): Statement {
  const opened = openSigned(noteOf(lab, commit).at(-1) ?? '');
  if (opened.kind !== 'signed') throw new Error(opened.kind);
  return opened.statement;
}

describe.each(['sha1', 'sha256'] as const)('an attested commit (%s)', (format) => {
  test('has a note of one DSSE line that says what it is, and verifies', async () => {
    const lab = openLab({ format });
    await makeIdentity(lab);
    lab.commit('a.txt', 'zero\n');
    const commit = lab.commit('src/b.ts', TEXT);
    const outcome = await attest(lab, [commit]);
    expect(outcome).toMatchObject({ attested: [commit], queued: [], fault: null });
    expect(noteOf(lab, commit)).toHaveLength(1);
    const { subject, predicate } = statementOf(lab, commit);
    expect(subject).toEqual([{ digest: { gitCommit: commit } }]);
    expect(predicate.commit.parents).toEqual([lab.git('rev-parse', 'HEAD^')]);
    expect(predicate.files).toMatchObject([
      {
        path: 'src/b.ts',
        blob: lab.git('rev-parse', 'HEAD:src/b.ts'),
        ranges: [
          { startLine: 2, endLine: 3, contributor: 'ai', evidence: 'exact', exchange: 0 },
          { startLine: 4, endLine: 4, contributor: 'mixed', evidence: 'edited', exchange: 0 },
        ],
        unrecordedLines: 3,
      },
    ]);
    expect(predicate.exchanges).toMatchObject([{ agent: 'claude-code', model: 'claude-x' }]);
    expect(predicate.log?.proof).toContain('c2sp.org/tlog-proof@v1');
    expect(await verdicts(lab)).toEqual(['verified']);
  });
});

test('ssh-keygen -Y verify accepts the signature over the PAE', async () => {
  const lab = openLab();
  const line = await makeIdentity(lab);
  const commit = lab.commit('a', TEXT);
  await attest(lab, [commit]);
  const envelope = openEnvelope(noteOf(lab, commit)[0] ?? '');
  const [signature = Buffer.alloc(0)] = envelope?.signatures ?? [];
  writeFileSync(join(lab.home, 'sig'), armorSshsig(signature));
  writeFileSync(join(lab.home, 'allowed'), `alice@example.com ${line}\n`);
  const said = execFileSync(
    'ssh-keygen',
    '-Y verify -f allowed -I alice@example.com -n attestation@aitrail -s sig'.split(' '),
    {
      cwd: lab.home,
      input: formatPae('application/vnd.in-toto+json', envelope?.payload ?? Buffer.alloc(0)),
      encoding: 'utf8',
    },
  );
  expect(said).toContain('Good "attestation@aitrail" signature for alice@example.com');
});

test('a second act writes nothing: daemon and fallback never both attest', async () => {
  const lab = openLab();
  await makeIdentity(lab);
  const commit = lab.commit('a', TEXT);
  await attest(lab, [commit]);
  const [first, tip] = [noteOf(lab, commit), lab.git('rev-parse', 'refs/notes/aitrail')];
  expect((await attest(lab, [commit])).attested).toEqual([]);
  expect([noteOf(lab, commit), lab.git('rev-parse', 'refs/notes/aitrail')]).toEqual([first, tip]);
});

test('a broken note is replaced beside the lines of others', async () => {
  const lab = openLab();
  await makeIdentity(lab);
  const commit = lab.commit('a', TEXT);
  forceNote(lab, commit, 'somebody else’s line\n');
  await attest(lab, [commit]);
  expect(noteOf(lab, commit)[0]).toBe('somebody else’s line');
  expect(await verdicts(lab)).toEqual(['verified']);
});

test('each note proves that the log only grew since the one before', async () => {
  const lab = openLab();
  await makeIdentity(lab);
  const commits = ['a', 'b', 'c'].map((name) => lab.commit(name, TEXT));
  await attest(lab, commits);
  const sizes = commits.map((commit) => statementOf(lab, commit).predicate.log?.since?.size ?? 0);
  expect(sizes).toEqual([0, 1, 2]);
  expect(await verdicts(lab, { range: 'HEAD~2..HEAD' })).toEqual(['verified', 'verified']);
});

describe('what cannot be attested now waits', () => {
  test('without a key, and is attested with the next commit once there is one', async () => {
    const lab = openLab();
    const first = lab.commit('a', TEXT);
    const waiting = await attest(lab, [first]);
    expect([waiting.queued, waiting.fault?.code]).toEqual([[first], 'NO_SIGNER']);
    expect(await verdicts(lab)).toEqual(['missing: pending: it waits to be signed']);
    await makeIdentity(lab);
    const second = lab.commit('b', TEXT);
    expect((await attest(lab, [second])).attested).toEqual([first, second]);
    expect(await verdicts(lab, { range: `${first}..HEAD` })).toEqual(['verified']);
  });

  test('without the store', async () => {
    const lab = openLab();
    await makeIdentity(lab);
    const commit = lab.commit('a', TEXT);
    const waiting = await attest(lab, [commit], { hasStore: false });
    expect([waiting.queued, waiting.fault?.code]).toEqual([[commit], 'STORE_UNREADABLE']);
    expect((await attest(lab, [])).attested).toEqual([commit]);
  });

  test('in the middle of a rebase; post-rewrite attests the batch and forgets what was folded', async () => {
    const lab = openLab();
    await makeIdentity(lab);
    lab.commit('base', 'base\n');
    const old = [lab.commit('a', TEXT), lab.commit('b', TEXT)];
    await attest(lab, old);
    lab.git('checkout', '-q', '-b', 'other', 'HEAD~2');
    lab.commit('c', 'c\n');
    lab.git('checkout', '-q', 'main');
    const folded = lab.commit('gone', TEXT);
    lab.git('reset', '-q', '--hard', 'HEAD^');
    execFileSync('mkdir', ['-p', join(lab.repo, '.git', 'rebase-merge')]);
    expect(await attest(lab, [folded])).toMatchObject({
      attested: [],
      queued: [folded],
      fault: null,
    });
    execFileSync('rmdir', [join(lab.repo, '.git', 'rebase-merge')]);
    lab.git('rebase', '-q', 'other');
    const fresh = lab.git('rev-list', '--reverse', 'other..main').split('\n');
    const map = new Map(fresh.map((commit, index) => [commit, [old[index] ?? '']]));
    const outcome = await attest(lab, fresh, { rewrittenFrom: map });
    expect(outcome.attested).toEqual(fresh);
    const [{ gitCommit, envelopeSha256 } = { gitCommit: '', envelopeSha256: null }] = statementOf(
      lab,
      fresh[1] ?? '',
    ).predicate.rewrittenFrom;
    expect([gitCommit, envelopeSha256]).toEqual([old[1], expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(await verdicts(lab, { range: 'other..main' })).toEqual(['verified', 'verified']);
  });
});

test('the statement says what the hook saw: pre-commit, an agent, nothing recorded', async () => {
  const lab = openLab();
  await makeIdentity(lab);
  const commit = lab.commit('a', TEXT);
  lab.write('.git/aitrail/checked-tree', `${lab.git('rev-parse', 'HEAD^{tree}')}\n`);
  const caller = { cwd: lab.repo, env: { ...lab.env, CLAUDECODE: '1' } };
  await attest(lab, [commit], { caller });
  expect(statementOf(lab, commit).predicate.coverage).toEqual({
    preCommit: 'ran',
    recorder: 'gap',
    agentSignals: ['CLAUDECODE'],
  });
  expect(await verdicts(lab, { require: ['pre-commit'] })).toEqual(['verified']);
  expect(await verdicts(lab, { require: ['coverage'] })).toEqual([
    'policy: coverage: an agent was at work and nothing was recorded',
  ]);
});
