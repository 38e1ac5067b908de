// Attacks of docs/threat-model.md that stand in no other test, each first where nothing is asked that would stop it.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseKeyLine } from '../../src/attest/ssh-key.ts';
import { judgeSigner } from '../../src/attest/trust.ts';
import { SIGNATURE_NAMESPACE } from '../../src/model/statement.ts';
import { trustOf } from './approve-kit.ts';
import { attest, makeIdentity, noteOf, verdicts } from './attest-kit.ts';
import { openLab, type Lab } from './lab.ts';

const LIST = '.aitrail/allowed_signers';
const labs: Lab[] = [];
afterAll(() => {
  for (const lab of labs) rmSync(dirname(lab.repo), { recursive: true });
});

/** A repository whose first commit lists alice's key, with these words before it. */
async function openListed(options = ''): Promise<{ readonly lab: Lab; readonly list: string }> {
  const lab = openLab();
  labs.push(lab);
  const list = `alice@example.com ${options}${await makeIdentity(lab)}\n`;
  lab.write('.aitrailrc.yaml', "protect:\n  - { paths: ['auth/**'], from: ai, action: approve }\n");
  lab.commit(LIST, list);
  return { lab, list };
}

test('f: a commit past the check before it (--no-verify)', async () => {
  const { lab } = await openListed();
  await attest(lab, [lab.commit('a', 'ai: a\n')]);
  expect(await verdicts(lab)).toEqual(['verified']);
  expect(await verdicts(lab, { require: ['pre-commit'] })).toEqual([
    'policy: pre-commit: the check did not run for this tree',
  ]);
  // the check of another tree is none of this one
  mkdirSync(join(lab.repo, '.git/aitrail'), { recursive: true });
  writeFileSync(join(lab.repo, '.git/aitrail/checked-tree'), lab.git('rev-parse', 'HEAD^{tree}'));
  await attest(lab, [lab.commit('b', 'ai: b\n')]);
  expect((await verdicts(lab, { require: ['pre-commit'] }))[0]).toContain('policy: pre-commit');
});

test('g: an agent at work past the recorder', async () => {
  const { lab } = await openListed();
  const commit = lab.commit('a', 'mine, says the agent\n');
  await attest(lab, [commit], {
    caller: { ...lab.caller, env: { ...lab.env, CLAUDECODE: '1', CLAUDE_PROJECT_DIR: lab.repo } },
  });
  expect(await verdicts(lab)).toEqual(['verified']);
  expect(await verdicts(lab, { require: ['coverage'] })).toEqual([
    'policy: coverage: an agent was at work and nothing was recorded',
  ]);
});

test('j: a key that has run out, in a commit dated back to when it had not', async () => {
  const { lab, list } = await openListed('valid-before="20250101" ');
  lab.write('a', 'ai: a\n');
  lab.git('add', '-A');
  lab.git('-c', 'user.name=x', 'commit', '-q', '-m', 'old', '--date=2024-06-01T00:00:00Z');
  await attest(lab, [lab.git('rev-parse', 'HEAD')]);
  // judged at the time that the commit names, as git judges its own signatures, the key is good
  const question = {
    publicKey: parseKeyLine(list.split('" ')[1] ?? '')?.blob ?? Buffer.alloc(0),
    committer: 'alice@example.com',
    namespace: SIGNATURE_NAMESPACE,
    atMs: Date.parse('2024-06-01T00:00:00Z'),
  };
  expect(judgeSigner(trustOf(list), question).kind).toBe('trusted');
  expect(await verdicts(lab)).toEqual(['untrusted-signer: the key of line 1 has expired']);
});

test('l: a policy that the same change weakens', async () => {
  const { lab } = await openListed();
  lab.write('.aitrailrc.yaml', '# nothing is protected any more\n');
  await attest(lab, [lab.commit('auth/login.ts', 'ai: everybody may\n')]);
  const require = ['approval'] as const;
  expect(await verdicts(lab, { require, trustRef: 'HEAD' })).toEqual(['verified']);
  expect(await verdicts(lab, { require })).toEqual([
    'policy: approval: auth/login.ts was not approved',
  ]);
});

test('m: what stands in the code and in its message stands in no note', async () => {
  const { lab } = await openListed();
  const canary = ['canary', Date.now().toString(36)].join('-');
  lab.write('a', `ai: ${canary}\nmixed: ${canary}\n${canary}\n`);
  lab.git('add', '-A');
  lab.git('commit', '-q', '-m', canary);
  const commit = lab.git('rev-parse', 'HEAD');
  await attest(lab, [commit]);
  const [line = ''] = noteOf(lab, commit);
  const payload = Buffer.from(/"payload":"([^"]+)"/.exec(line)?.[1] ?? '', 'base64').toString();
  expect(payload).toContain('claude-code');
  expect(line + payload).not.toContain(canary);
});
