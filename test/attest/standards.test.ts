// Row S1: a second implementation agrees on every note of a repository: DSSE by sigstore's reader, the signature by
// ssh-keygen, the notes tree by git, the payload by a JSON schema validator. And readers pass over what they do not know.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dsse } from '@sigstore/core';
import { Envelope } from '@sigstore/protobuf-specs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openPayload, openSigned } from '../../src/attest/open-signed.ts';
import { signPayload } from '../../src/attest/sign-statement.ts';
import { armorSshsig } from '../../src/attest/sshsig.ts';
import { PREDICATE_TYPE } from '../../src/attest/statement.ts';
import { openSigner } from '../../src/flow/attest/open-signer.ts';
import { cosignLog } from '../../src/flow/log/grow-log.ts';
import { signLogNow } from '../../src/flow/log/query-log.ts';
import { showWitness, startWitness, watchLog } from '../../src/flow/log/run-witness.ts';
import { stateVsa } from '../../src/flow/verify/state-vsa.ts';
import { PAYLOAD_TYPE } from '../../src/model/statement.ts';
import { ask, attest, forceNote, makeIdentity, noteOf, verdicts } from './attest-kit.ts';
import { openLab, type Lab } from './lab.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const NAMESPACE = 'attestation@aitrail';
const KINDS = ['ed25519', 'ecdsa', 'rsa'] as const;

let lab: Lab;
let witness: Lab;
let commits: readonly string[] = [];

/** Commits of every shape: first, plain, merge, empty, amended; with each kind of key of git's own. */
beforeAll(async () => {
  lab = openLab();
  await makeIdentity(lab);
  const made = [lab.commit('a', 'one\nai: two\nmixed: three\n'), lab.commit('b', 'codex: b\n')];
  await attest(lab, made);
  lab.git('checkout', '-q', '-b', 'side', 'HEAD~1');
  made.push(lab.commit('c', 'plain\n'));
  lab.git('merge', '-q', '--no-ff', '-m', 'merge', 'main');
  made.push(lab.git('rev-parse', 'HEAD'));
  lab.git('commit', '-q', '--allow-empty', '-m', 'empty');
  made.push(lab.git('rev-parse', 'HEAD'));
  await attest(lab, made.slice(2));
  lab.git('config', 'gpg.format', 'ssh');
  for (const kind of KINDS) {
    const file = join(lab.home, kind);
    execFileSync('ssh-keygen', ['-q', '-t', kind, '-N', '', '-f', file]);
    lab.git('config', 'user.signingkey', file);
    const commit = lab.commit(`${kind}.ts`, `ai: ${kind}\n`);
    await attest(lab, [commit], { rewrittenFrom: new Map([[commit, [made[0] ?? '']]]) });
    made.push(commit);
  }
  commits = made;
  witness = openLab();
  const door = await startWitness(witness.caller, {
    host: '127.0.0.1',
    port: 0,
    warn: () => undefined,
  });
  watchLog(witness.caller, (await signLogNow(lab.caller)).vkey);
  await cosignLog(lab.caller, door.url, showWitness(witness.caller).vkey);
  await door.close();
});
afterAll(() => {
  for (const { repo } of [lab, witness]) rmSync(dirname(repo), { recursive: true });
});

/** As sigstore's library reads a line. */
function openElsewhere(line: string) {
  const { payload, payloadType, signatures } = Envelope.fromJSON(JSON.parse(line));
  const pae = dsse.preAuthEncoding(payloadType, payload);
  const statement: unknown = JSON.parse(payload.toString('utf8'));
  return { pae, payloadType, statement, signatures };
}

const allLines = (): readonly (readonly [string, string])[] =>
  commits.flatMap((commit) => noteOf(lab, commit).map((line) => [commit, line] as const));

test('git itself: the notes tree is sound, and lists every commit once', () => {
  expect(lab.git('fsck', '--strict', '--no-dangling')).toBe('');
  const listed = lab.git('notes', '--ref=aitrail', 'list').split('\n');
  expect(listed).toHaveLength(commits.length);
  expect(new Set(listed.map((each) => each.split(' ')[1]))).toEqual(new Set(commits));
  const tree = lab.git(
    'ls-tree',
    '-r',
    '--format=%(objectmode) %(objecttype)',
    'refs/notes/aitrail',
  );
  expect(new Set(tree.split('\n'))).toEqual(new Set(['100644 blob']));
});

test('sigstore’s reader and ssh-keygen: every line is a DSSE envelope of an in-toto statement about its commit', () => {
  const lines = allLines();
  expect(lines.length).toBe(commits.length * 2); // the authorship, and what the witness saw
  const keys = KINDS.map((kind) => readFileSync(join(lab.home, `${kind}.pub`), 'utf8').trim());
  const own = readFileSync(join(lab.home, 'keys', 'signing.pub'), 'utf8').trim();
  const list = [...keys, own].map((key) => `alice@example.com ${key}\n`).join('');
  writeFileSync(join(lab.home, 'list'), list);
  for (const [commit, line] of lines) {
    const { pae, payloadType, statement, signatures } = openElsewhere(line);
    expect(payloadType).toBe('application/vnd.in-toto+json');
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ digest: { gitCommit: commit } }],
      predicateType: expect.stringMatching(/^https:\/\/aitrail\.dev\/attestation\//),
    });
    expect(signatures).toHaveLength(1);
    writeFileSync(join(lab.home, 'sig'), armorSshsig(signatures[0]?.sig ?? Buffer.alloc(0)));
    const args = ['-Y', 'verify', '-f', 'list', '-I', 'alice@example.com', '-n', NAMESPACE];
    const said = execFileSync('ssh-keygen', [...args, '-s', 'sig'], {
      cwd: lab.home,
      input: pae,
      encoding: 'utf8',
    });
    expect(said).toContain('Good "attestation@aitrail" signature for alice@example.com');
  }
});

const statements = (): readonly unknown[] =>
  allLines()
    .map(([, line]) => openElsewhere(line).statement)
    .filter((statement) => Object(statement).predicateType === PREDICATE_TYPE);

test.each([
  ['git@git.example.com:team/app.git', 'git+ssh://git.example.com/team/app.git'],
  ['https://user:word@git.example.com/team/app.git', 'git+https://git.example.com/team/app.git'],
  ['/somewhere/here', ''],
])('SLSA: the answer as a verification summary, from %s', async (remote, resourceUri) => {
  lab.git('config', 'remote.origin.url', remote);
  const answer = await ask(lab, { range: commits.at(-1) ?? '' });
  const line = (await stateVsa(lab.caller, answer)).trimEnd();
  lab.git('config', '--unset', 'remote.origin.url');
  expect(openPayload(line).kind).toBe('signed');
  expect(openElsewhere(line).statement).toMatchObject({
    predicateType: 'https://slsa.dev/verification_summary/v1',
    subject: [{ digest: { gitCommit: commits.at(-1) } }],
    predicate: {
      verifier: { id: expect.stringMatching(/^https:/) },
      resourceUri,
      verificationResult: 'PASSED',
      verifiedLevels: ['ORG_SOURCE_AI_PROVENANCE'],
    },
  });
  const refused = { ...answer, isOk: false };
  expect(openElsewhere((await stateVsa(lab.caller, refused)).trimEnd()).statement).toMatchObject({
    predicate: { verificationResult: 'FAILED', verifiedLevels: [] },
  });
});

describe('the schema in docs/', () => {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync('docs/attestation.schema.json', 'utf8')));
  test('holds for every statement', () => {
    expect(statements()).toHaveLength(commits.length);
    for (const statement of statements()) {
      validate(statement);
      expect(validate.errors).toBe(null);
    }
  });

  test.each([
    [
      'another subject',
      (s: Said) => ({ ...s, subject: [{ digest: { gitTree: 'a'.repeat(40) } }] }),
    ],
    [
      'a digest more',
      (s: Said) => ({
        ...s,
        subject: [{ digest: { ...s.subject[0]?.digest, gitTree: 'a'.repeat(40) } }],
      }),
    ],
    [
      'human',
      (s: Said) => ({
        ...s,
        predicate: {
          ...s.predicate,
          files: [
            {
              path: 'a',
              blob: 'b'.repeat(40),
              unrecordedLines: 0,
              ranges: [{ contributor: 'human' }],
            },
          ],
        },
      }),
    ],
  ])('refuses %s, as the reader does', (_, change) => {
    const [statement] = statements();
    const changed = change(Object(statement));
    expect(validate(changed)).toBe(false);
  });

  test('allows members that nobody knows, and so does the reader, through to the log’s proof', async () => {
    const commit = lab.commit('later', 'ai: later\n');
    await attest(lab, [commit]);
    const [line = ''] = noteOf(lab, commit);
    const statement = Object(openElsewhere(line).statement);
    const more = {
      ...statement,
      later: 1,
      predicate: { ...statement.predicate, later: { x: [] } },
    };
    expect(validate(more)).toBe(true);
    const signer = await openSigner(lab.caller, { signing: 'auto' });
    const payload = Buffer.from(JSON.stringify(more));
    const signed = await signPayload({ type: PAYLOAD_TYPE, payload }, signer);
    expect(openSigned(signed).kind).toBe('signed');
    const list = `alice@example.com ${signer.publicKey}\n`;
    writeFileSync(join(lab.home, 'git-list'), list);
    lab.git('config', 'gpg.ssh.allowedSignersFile', join(lab.home, 'git-list'));
    const envelope = { ...JSON.parse(signed), later: true };
    forceNote(lab, commit, `${JSON.stringify(envelope)}\n`);
    // the record in the log is of the statement as it was: an addition shows
    expect(await verdicts(lab, { range: commit })).toEqual([
      'unlogged: the log does not hold this record',
    ]);
    forceNote(lab, commit, `${JSON.stringify({ ...JSON.parse(line), later: true })}\n`);
    expect(await verdicts(lab, { range: commit })).toEqual(['verified']);
  });
});

interface Said {
  readonly subject: readonly { readonly digest: object }[];
  readonly predicate: object;
}
