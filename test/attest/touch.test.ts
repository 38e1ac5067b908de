// requireTouch: what an agent can sign by itself, with the keys of whoever it runs as, does not count.
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openApproval, signDecision, signRequest } from '../../src/attest/approval-envelope.ts';
import { judgeApproval } from '../../src/attest/judge-approval.ts';
import { ensureIdentity, openSigner } from '../../src/flow/attest/open-signer.ts';
import { showIdentity } from '../../src/flow/attest/show-identity.ts';
import {
  decisionOf,
  lineFor,
  makeSigner,
  NOW_MS,
  requestOf,
  ROOT,
  trustOf,
} from './approve-kit.ts';
import { attest, makeIdentity, verdicts } from './attest-kit.ts';
import { plugInKey } from './fido-kit.ts';
import { openLab } from './lab.ts';

const LIST = '.aitrail/allowed_signers';
const UNTOUCHED = 'untrusted-signer: requireTouch: it was signed without a touch';

test('a note counts where the key was touched', async () => {
  const lab = openLab();
  const { publicLine, setTouch } = await plugInKey(lab);
  lab.write('.aitrailrc.yaml', 'requireTouch: true\n');
  lab.commit(LIST, `alice@example.com ${publicLine}\n`);
  const touched = lab.commit('a.ts', 'ai: one\n');
  await attest(lab, [touched]);
  setTouch(false);
  const untouched = lab.commit('b.ts', 'ai: two\n');
  await attest(lab, [untouched]);
  expect(await verdicts(lab, { range: 'HEAD~2..HEAD' })).toEqual([UNTOUCHED, 'verified']);
});

test('the change that asks for it is judged by what stood before', async () => {
  const lab = openLab();
  const { publicLine, setTouch } = await plugInKey(lab);
  setTouch(false);
  lab.commit(LIST, `alice@example.com ${publicLine}\n`);
  const asks = lab.commit('.aitrailrc.yaml', 'requireTouch: true\n');
  await attest(lab, [asks]);
  expect(await verdicts(lab)).toEqual(['verified']);
});

test('a key of a role is exempt, one of a person is not', async () => {
  const lab = openLab();
  const key = await makeIdentity(lab);
  lab.write('.aitrailrc.yaml', 'requireTouch: true\n');
  lab.commit(LIST, `ci ${key}\n`);
  const commit = lab.commit('a.ts', 'ai: one\n');
  await attest(lab, [commit], { caller: { cwd: lab.repo, env: { ...lab.env, CI: '1' } } });
  expect(await verdicts(lab)).toEqual(['verified']);
  const person = lab.commit(LIST, `alice@example.com ${key}\n`);
  expect(await verdicts(lab, { range: commit, trustRef: person })).toEqual([UNTOUCHED]);
});

test('with another key a commit waits', async () => {
  const lab = openLab();
  await makeIdentity(lab);
  lab.write('.aitrailrc.yaml', 'requireTouch: true\n');
  const commit = lab.commit('a.ts', 'ai: one\n');
  expect(await attest(lab, [commit])).toMatchObject({
    queued: [commit],
    fault: { code: 'TOUCH_REQUIRED' },
  });
});

test('nobody makes a key that would not do, and a FIDO key does', async () => {
  const lab = openLab();
  const wanted = { signing: 'auto', requiresTouch: true } as const;
  await expect(ensureIdentity(lab.caller, wanted)).rejects.toMatchObject({
    code: 'TOUCH_REQUIRED',
    fix: expect.stringContaining('ed25519-sk'),
  });
  const { publicLine } = await plugInKey(lab);
  expect((await openSigner(lab.caller, wanted)).publicKey).toBe(publicLine);
});

test('a key that would not do is shown all the same, as one that is not trusted', async () => {
  const lab = openLab();
  const key = await makeIdentity(lab);
  lab.commit(LIST, `alice@example.com ${key}\n`);
  expect((await showIdentity(lab.caller)).isTrusted).toBe(true);
  lab.commit('.aitrailrc.yaml', 'requireTouch: true\n');
  expect((await showIdentity(lab.caller)).isTrusted).toBe(false);
});

test.each([
  [true, 'approved'],
  [false, 'pending'],
])('an approval signed with touch %s is %s', async (isTouched, state) => {
  const alice = await makeSigner('alice');
  const lab = openLab({ email: 'bob@example.com' });
  const { publicLine, setTouch } = await plugInKey(lab);
  setTouch(isTouched);
  const bob = await openSigner(lab.caller, { signing: 'ssh' });
  const line = await signRequest(requestOf(), alice);
  const request = openApproval(line);
  const decision = openApproval(await signDecision(decisionOf(line), bob));
  if (request?.kind !== 'request' || decision?.kind !== 'decision') throw new Error('unreadable');
  const list = `${lineFor('alice@example.com', alice)}bob@example.com ${publicLine}\n`;
  const trust = { ...trustOf(list), requiresTouch: true };
  const question = { trust, people: null, roots: [ROOT], nowMs: NOW_MS, isUsed: false };
  expect(judgeApproval(request, [decision], question).state.kind).toBe(state);
});

test('nobody takes back what the organisation asks for', async () => {
  const lab = openLab();
  const file = join(lab.home, 'organisation.yaml');
  writeFileSync(file, 'requireTouch: true\n');
  lab.write('../config/aitrail/config.yaml', 'requireTouch: false\n');
  const env = { ...lab.env, AITRAIL_POLICY: file };
  await expect(showIdentity({ cwd: lab.repo, env })).rejects.toMatchObject({
    code: 'CONFIG_NOT_YOURS',
  });
});
