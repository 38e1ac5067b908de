import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSigned } from '../../src/attest/open-signed.ts';
import { signStatement } from '../../src/attest/sign-statement.ts';
import { openSigner } from '../../src/flow/attest/open-signer.ts';
import { isFault } from '../../src/model/fault.ts';
import type { Predicate, Statement } from '../../src/model/statement.ts';
import { ask, attest, forceNote, makeIdentity, noteOf, verdicts } from './attest-kit.ts';
import { copyLab, openLab, type Lab } from './lab.ts';

const TEXT = 'one\nai: two\nai: three\nmixed: four\n\nfive\n';
const LIST = '.aitrail/allowed_signers';

interface Listed {
  readonly lab: Lab;
  readonly commit: string;
  readonly key: string;
}

/** A repository whose first commit lists alice's key, and one attested commit on top. */
async function listedLab(): Promise<Listed> {
  template ??= makeListed();
  const made = await template;
  return { ...made, lab: copyLab(made.lab) };
}

let template: Promise<Listed> | null = null; // made once: most of a test's time would be its making

async function makeListed(): Promise<Listed> {
  const lab = openLab();
  const key = await makeIdentity(lab);
  lab.commit(LIST, `alice@example.com ${key}\n`);
  const commit = lab.commit('src/a.ts', TEXT);
  await attest(lab, [commit]);
  return { lab, commit, key };
}

/** The same repository seen by somebody with another HOME and another key. */
const asOther = (lab: Lab, email: string): Lab => {
  const other = openLab({ email });
  const env = { ...other.env, GIT_COMMITTER_EMAIL: email };
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: lab.repo, env, encoding: 'utf8', stdio: 'pipe' }).trim();
  return { ...other, repo: lab.repo, env, caller: { cwd: lab.repo, env }, git, write: lab.write };
};

async function statementOf(lab: Lab, commit: string): Promise<Statement> {
  const opened = openSigned(noteOf(lab, commit).at(-1) ?? '');
  if (opened.kind !== 'signed') throw new Error(opened.kind);
  return Promise.resolve(opened.statement);
}

/** Signs a changed statement with the right key, as a dishonest owner of the key can. */
async function forge(
  lab: Lab,
  commit: string,
  change: (said: Predicate) => unknown,
): Promise<void> {
  const statement = await statementOf(lab, commit);
  const predicate = { ...statement.predicate, ...Object(change(statement.predicate)) };
  const signer = await openSigner(lab.caller, { signing: 'auto' });
  forceNote(lab, commit, `${await signStatement({ ...statement, predicate }, signer)}\n`);
}

test('a stranger with a clone and the list verifies; the commit that made the list has no note', async () => {
  const { lab } = await listedLab();
  const auditor = asOther(lab, 'auditor@example.com');
  expect(await verdicts(auditor)).toEqual(['verified']);
  expect((await ask(auditor)).trustedBy[0]).toContain(LIST);
  expect(await verdicts(auditor, { range: 'HEAD~1' })).toEqual(['missing']);
});

describe('attacks', () => {
  test('c: a note copied from another commit, even one with the same tree', async () => {
    const { lab, commit } = await listedLab();
    lab.git('commit', '-q', '--allow-empty', '-m', 'same tree');
    lab.git('notes', '--ref=aitrail', 'copy', commit, 'HEAD');
    expect(await verdicts(lab)).toEqual([`wrong-subject: it attests ${commit.slice(0, 12)}`]);
  });

  test('c: an edited payload', async () => {
    const { lab, commit } = await listedLab();
    const envelope: unknown = JSON.parse(noteOf(lab, commit)[0] ?? '');
    const text = Buffer.from(String(Object(envelope).payload), 'base64').toString();
    const payload = Buffer.from(text.replace('claude-x', 'claude-y')).toString('base64');
    forceNote(lab, commit, `${JSON.stringify({ ...Object(envelope), payload })}\n`);
    expect(await verdicts(lab)).toEqual(['bad-signature: the signature is not of these bytes']);
  });

  test.each([
    ['no JSON', 'nonsense\n', 'malformed'],
    ['a list', '[]\n', 'malformed'],
    ['no signature', '{"payload":"","payloadType":"x","signatures":[]}\n', 'malformed'],
    [
      'another payload type',
      '{"payload":"","payloadType":"x","signatures":[{"sig":""}]}\n',
      'missing',
    ],
  ])('a note of %s', async (_, text, status) => {
    const { lab, commit } = await listedLab();
    forceNote(lab, commit, text);
    expect((await ask(lab)).verdicts.map((verdict) => verdict.status)).toEqual([status]);
  });

  test('b: a foreign key, in the committer’s name', async () => {
    const { lab, commit } = await listedLab();
    const mallory = asOther(lab, 'alice@example.com');
    await makeIdentity(mallory);
    forceNote(lab, commit, 'x\n');
    await attest(mallory, [commit]);
    expect((await verdicts(lab))[0]).toMatch(/^untrusted-signer: key SHA256:\S+ is not listed$/);
  });

  test('b: a key that the same change adds to the list', async () => {
    const { lab, key } = await listedLab();
    const mallory = asOther(lab, 'mallory@example.com');
    const hers = await makeIdentity(mallory);
    lab.write(LIST, `alice@example.com ${key}\nmallory@example.com ${hers}\n`);
    mallory.git('add', '-A');
    mallory.git('commit', '-q', '-m', 'trust me');
    const commit = mallory.git('rev-parse', 'HEAD');
    await attest(mallory, [commit]);
    expect((await verdicts(lab))[0]).toContain('untrusted-signer');
    expect((await verdicts(lab, { range: 'HEAD~1..HEAD' }))[0]).toContain('untrusted-signer');
    lab.git('commit', '-q', '--allow-empty', '-m', 'later');
    expect(await verdicts(lab, { range: commit, trustRef: 'HEAD' })).toEqual(['verified']);
  });

  test('b: somebody else who is listed, in the committer’s name', async () => {
    const { lab, key } = await listedLab();
    const bob = asOther(lab, 'bob@example.com');
    const his = await makeIdentity(bob);
    lab.commit(LIST, `alice@example.com ${key}\nbob@example.com ${his}\n`);
    const commit = lab.commit('b', TEXT);
    await attest(bob, [commit]);
    expect((await verdicts(lab))[0]).toContain('not for alice@example.com');
  });

  test('d: a dropped note', async () => {
    const { lab, commit } = await listedLab();
    lab.git('notes', '--ref=aitrail', 'remove', commit);
    expect(await verdicts(lab)).toEqual(['missing']);
  });

  test.each([
    [
      'another tree',
      (said: Predicate) => ({
        commit: { ...said.commit, tree: said.commit.rawSha256.slice(0, 40) },
      }),
      /^inconsistent: the tree is/,
    ],
    [
      'other parents',
      (said: Predicate) => ({ commit: { ...said.commit, parents: [] } }),
      /^inconsistent: the parents/,
    ],
    [
      'another patch id',
      (said: Predicate) => ({ commit: { ...said.commit, patchId: null } }),
      /^inconsistent: the patch id/,
    ],
    [
      'another raw digest',
      (said: Predicate) => ({ commit: { ...said.commit, rawSha256: 'a'.repeat(64) } }),
      /^inconsistent: the commit object/,
    ],
    [
      'another blob',
      (said: Predicate) => ({ files: said.files.map((f) => ({ ...f, blob: 'a'.repeat(40) })) }),
      /^inconsistent: src\/a\.ts is not the blob/,
    ],
    [
      'a file that is not there',
      (said: Predicate) => ({ files: said.files.map((f) => ({ ...f, path: 'b' })) }),
      /^inconsistent: b is not the blob/,
    ],
    [
      'a range outside the file',
      (said: Predicate) => moveRanges(said, 100),
      /^inconsistent: src\/a\.ts:102-103 is outside/,
    ],
    [
      'a range with other content',
      (said: Predicate) => moveRanges(said, 1),
      /^inconsistent: src\/a\.ts:3-4 has other content/,
    ],
    [
      'a path out of the repository',
      (said: Predicate) => ({ files: said.files.map((f) => ({ ...f, path: '../x' })) }),
      /^malformed: statement: path leads out/,
    ],
    ['no log', () => ({ log: null }), /^unlogged: the statement names no log/],
    [
      'fewer files than were logged',
      () => ({ files: [] }),
      /^unlogged: the log does not hold this record/,
    ],
    [
      'another model than was logged',
      (said: Predicate) => ({ exchanges: said.exchanges.map((e) => ({ ...e, model: 'human' })) }),
      /^unlogged/,
    ],
  ])('re-signed with %s', async (_, change, want) => {
    const { lab, commit } = await listedLab();
    await forge(lab, commit, change);
    expect((await verdicts(lab))[0]).toMatch(want);
  });

  test.each([
    ['no line feed at the end', Buffer.from('one\nai: two\nai: three')],
    ['a carriage return before each', Buffer.from('one\r\nai: two\r\nai: three\r\nend')],
    ['bytes that are no UTF-8', Buffer.from('one \xe2\nai: tw\xf6\nai: \xff\nend', 'latin1')],
  ])('ranges of a file with %s hold, and outside of it nothing does', async (_, bytes) => {
    const { lab } = await listedLab();
    writeFileSync(join(lab.repo, 'odd.ts'), bytes);
    lab.git('add', 'odd.ts');
    lab.git('commit', '-qm', 'odd');
    const commit = lab.git('rev-parse', 'HEAD');
    await attest(lab, [commit]);
    expect((await verdicts(lab))[0]).toBe('verified');
    await forge(lab, commit, ({ files }) => ({
      files: files.map((file) => ({
        ...file,
        ranges: file.ranges.map((range) => ({ ...range, endLine: range.endLine + 9 })),
      })),
    }));
    expect((await verdicts(lab))[0]).toBe('inconsistent: odd.ts:2-12 is outside the file');
  });

  test('a range that a parent holds already', async () => {
    const { lab, commit } = await listedLab();
    const next = lab.commit('src/a.ts', `${TEXT}six\n`);
    await attest(lab, [next]);
    const earlier = await statementOf(lab, commit);
    await forge(lab, next, (said) => ({
      exchanges: earlier.predicate.exchanges,
      files: said.files.map((f) => ({ ...f, ranges: earlier.predicate.files[0]?.ranges ?? [] })),
    }));
    expect((await verdicts(lab))[0]).toBe(
      'inconsistent: src/a.ts:2-3 was not added by this commit',
    );
  });

  test('e: a log that was rebuilt since an earlier note', async () => {
    const { lab, commit } = await listedLab();
    const next = lab.commit('b', TEXT);
    await attest(lab, [next]);
    const { log } = (await statementOf(lab, next)).predicate;
    const root = Buffer.alloc(32, 7).toString('base64');
    await forge(lab, next, () => ({ log: { ...log, since: { ...log?.since, root } } }));
    expect((await verdicts(lab))[0]).toMatch(/^unlogged: the log was rewritten/);
    expect(await verdicts(lab, { range: commit })).toEqual(['verified']);
  });

  test('e, k: a log that was rebuilt with the right key, and silent about it', async () => {
    const { lab, commit } = await listedLab();
    for (const name of readdirSync(lab.home).filter((each) => each.startsWith('store')))
      rmSync(join(lab.home, name), { recursive: true });
    rmSync(join(lab.home, 'log'), { recursive: true, force: true });
    const next = [lab.commit('b', TEXT), lab.commit('c', TEXT)];
    lab.git('update-ref', 'refs/kept', 'refs/notes/aitrail');
    lab.git('update-ref', '-d', 'refs/notes/aitrail');
    await attest(lab, next);
    lab.git('notes', '--ref=aitrail', 'merge', '-q', '-s', 'union', 'refs/kept');
    const forked = expect.stringMatching(/^unlogged: the log shows two histories/);
    // the last one's growth starts at the second history's first size
    expect(await verdicts(lab, { range: `${commit}~1..HEAD` })).toEqual([forked, forked, forked]);
    await forge(lab, next[1] ?? '', (said) => ({ log: { ...said.log, since: null } }));
    expect((await verdicts(lab, { range: `${commit}..HEAD` }))[0]).toMatch(
      /^unlogged: the note does not prove that the log only grew/,
    );
  });

  test('h: a replace ref that shows another commit', async () => {
    const { lab, commit } = await listedLab();
    lab.git('replace', commit, lab.git('rev-parse', 'HEAD~1'));
    expect(lab.git('log', '-1', '--format=%s')).toBe(`change ${LIST}`);
    expect(await verdicts(lab)).toEqual(['verified']);
  });

  test('i: a commit object with two trees', async () => {
    const { lab } = await listedLab();
    const raw = lab.git('cat-file', 'commit', 'HEAD');
    const [tree = ''] = raw.split('\n');
    const made = execFileSync(
      'git',
      ['hash-object', '-w', '-t', 'commit', '--literally', '--stdin'],
      {
        cwd: lab.repo,
        env: lab.env,
        input: `${tree}\n${raw}\n`,
        encoding: 'utf8',
      },
    );
    expect(await verdicts(lab, { range: made.trim() })).toEqual([
      'malformed: the commit object has 2 tree headers',
    ]);
  });

  test('n: hostile text in a note reaches nobody’s terminal', async () => {
    const { lab, commit } = await listedLab();
    const path = 'a\u001B[2J\u202E\nb';
    await forge(lab, commit, (said) => ({ files: said.files.map((f) => ({ ...f, path })) }));
    expect((await verdicts(lab))[0]).toBe(
      'inconsistent: a [2J b is not the blob that was attested',
    );
  });
});

const moveRanges = (said: Predicate, by: number): unknown => ({
  files: said.files.map((file) => ({
    ...file,
    ranges: file.ranges.map((range) => ({
      ...range,
      startLine: range.startLine + by,
      endLine: range.endLine + by,
    })),
  })),
});

/** Alice, and a role that may attest for everybody. */
async function withCi(): Promise<{ lab: Lab; ci: Lab; commit: string }> {
  const lab = openLab();
  const ci = asOther(lab, 'ci@example.com');
  const keys = [await makeIdentity(lab), await makeIdentity(ci)];
  lab.commit(LIST, `alice@example.com ${keys[0]}\nci ${keys[1]}\n`);
  return { lab, ci, commit: lab.commit('a', TEXT) };
}

describe('several envelopes', () => {
  test('a role of the list may attest for everybody', async () => {
    const { lab, ci, commit } = await withCi();
    await attest(ci, [commit]);
    expect((await ask(lab)).verdicts).toMatchObject([{ status: 'verified', signer: 'ci' }]);
  });

  test('the committer’s counts, another that agrees is named', async () => {
    const { lab, ci, commit } = await withCi();
    await attest(ci, [commit]);
    await attest(lab, [commit]);
    expect(noteOf(lab, commit)).toHaveLength(2);
    expect((await ask(lab)).verdicts).toMatchObject([
      { status: 'verified', signer: 'alice@example.com', reason: 'also by ci' },
    ]);
  });

  test('trusted ones that differ are inconsistent, untrusted ones change nothing', async () => {
    const { lab, ci, commit } = await withCi();
    const mallory = asOther(lab, 'mallory@example.com');
    await makeIdentity(mallory);
    await attest(lab, [commit]);
    await attest(mallory, [commit]);
    expect(await verdicts(lab)).toEqual(['verified']);
    await attest(ci, [commit]);
    const [first, second] = [noteOf(lab, commit).slice(0, 2), await statementOf(lab, commit)];
    const signer = await openSigner(ci.caller, { signing: 'auto' });
    const predicate = { ...second.predicate, files: [] };
    const other = await signStatement({ ...second, predicate }, signer);
    forceNote(lab, commit, `${[...first, other].join('\n')}\n`);
    expect(await verdicts(lab)).toEqual(['inconsistent: ci attests other ranges']);
  });
});

const codeOf = async (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'an answer',
    (thrown: unknown) => (isFault(thrown) ? `${thrown.code} ${thrown.exit}` : String(thrown)),
  );

describe('what cannot be checked is never a yes', () => {
  test('a shallow clone', async () => {
    const { lab } = await listedLab();
    const shallow = join(mkdtempSync(join(tmpdir(), 'shallow-')), 'clone');
    lab.git('clone', '-q', '--depth=1', `file://${lab.repo}`, shallow);
    const there = { ...lab, repo: shallow, caller: { ...lab.caller, cwd: shallow } };
    expect(await codeOf(ask(there))).toBe('OBJECTS_MISSING 3');
    expect(await codeOf(ask(there, { trustRef: 'HEAD' }))).toBe('OBJECTS_MISSING 3');
    expect(await codeOf(ask(there, { range: `${lab.git('rev-parse', 'HEAD~1')}..HEAD` }))).toBe(
      'OBJECTS_MISSING 3',
    );
  });

  test.each([
    ['no commits', null, 'NO_COMMITS 2'],
    ['no such revision', 'nowhere', 'NO_SUCH_REVISION 2'],
    ['an option as a revision', '--all', 'NO_SUCH_REVISION 2'],
  ])('%s', async (_, range, want) => expect(await codeOf(ask(openLab(), { range }))).toBe(want));

  test('not a repository', async () => {
    const lab = openLab();
    const caller = { ...lab.caller, cwd: lab.home };
    expect(await codeOf(ask({ ...lab, caller }))).toBe('NOT_A_REPOSITORY 2');
  });
});

test('as a pre-receive hook of a bare repository it refuses what is not attested', async () => {
  const { lab, key } = await listedLab();
  const bare = join(mkdtempSync(join(tmpdir(), 'bare-')), 'bare.git');
  lab.git('clone', '-q', '--bare', lab.repo, bare);
  const hook = join(bare, 'hooks', 'pre-receive');
  const cli = resolve('bin/aitrail.js');
  writeFileSync(hook, `#!/bin/sh\nexec '${process.execPath}' '${cli}' verify --stdin\n`);
  chmodSync(hook, 0o755);
  const push = (...refs: readonly string[]): string => {
    try {
      lab.git('push', '-q', bare, ...refs);
      return 'pushed';
    } catch (thrown) {
      return String(Object(thrown).stderr);
    }
  };
  const commit = lab.commit('c', `${TEXT}${key.slice(0, 3)}\n`);
  expect(push('main')).toMatch(/missing[^]*1 commit: 1 missing[^]*pre-receive hook declined/);
  await attest(lab, [commit]);
  expect(push('main', 'refs/notes/aitrail')).toBe('pushed');
  lab.git('checkout', '-q', '-b', 'topic');
  lab.commit('d', 'd\n');
  expect(push('topic')).toContain('1 missing');
}, 30_000);
