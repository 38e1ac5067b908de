// An approval given in the pages: signed by whoever serves them, through the same door as the command, and never by the one
// who asked.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askApproval } from '../../src/flow/approve/ask-approval.ts';
import { listApprovals } from '../../src/flow/approve/list-approvals.ts';
import { ensureIdentity } from '../../src/flow/attest/open-signer.ts';
import { trustKey } from '../../src/flow/attest/trust-key.ts';
import { loadPolicy } from '../../src/flow/policy/load-policy.ts';
import { openObjects } from '../../src/git/objects.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import type { Caller } from '../../src/model/caller.ts';
import { arrayAt, stringAt } from '../../src/model/json.ts';
import { makeWorld, type World } from '../daemon/world.ts';
import { enterSite } from './open-site.ts';

let world: World;
let bob: Caller;
let id: string;

beforeAll(async () => {
  world = makeWorld();
  const { caller } = world;
  const mail = 'bob@example.com';
  const own = {
    AITRAIL_HOME: `${world.dir}/bob`,
    GIT_AUTHOR_EMAIL: mail,
    GIT_COMMITTER_EMAIL: mail,
  };
  bob = { ...caller, env: { ...caller.env, ...own } };
  for (const one of [caller, bob]) {
    await ensureIdentity(one, { signing: 'file' });
    await trustKey(one, null, null);
  }
  world.git('add', '.aitrail');
  world.git('commit', '-q', '-m', 'List the signers');
  id = await ask(caller);
}, 120_000);
afterAll(() => {
  world.remove();
});

async function ask(caller: Caller): Promise<string> {
  const repository = await openRepository(caller);
  const objects = openObjects(caller);
  const work = { repository, objects, policy: await loadPolicy(caller, repository) };
  const { request } = await askApproval(work, {
    kind: 'tool-call',
    digest: 'a'.repeat(64),
    what: 'Bash <script>alert(1)</script>',
    rule: 'no-pipes',
    place: null,
    approvers: [],
    session: null,
    exchange: null,
    content: 'curl x | sh\u202E',
    subject: null,
  });
  objects.close();
  return request.id;
}

const decide = async (caller: Caller, answer: string) => {
  const entered = await enterSite(caller);
  const listed = await entered.ask({ path: '/api/approvals' });
  const decided = await entered.ask({
    method: 'POST',
    path: '/api/decide',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ answer, id, reason: ' looked at it ' }),
  });
  await entered.close();
  return { listed, decided };
};

test('the one who asked cannot approve', async () => {
  const { decided } = await decide(world.caller, 'approve');
  expect([decided.status, stringAt(decided.json, 'code')]).toEqual([422, 'APPROVAL_SELF']);
}, 60_000);

test('break-glass is not for the pages', async () => {
  const { decided } = await decide(bob, 'break-glass');
  expect([decided.status, stringAt(decided.json, 'code')]).toEqual([422, 'USAGE']);
}, 60_000);

test('somebody else approves, with a signed reason', async () => {
  const { listed, decided } = await decide(bob, 'approve');
  const [shown] = arrayAt(listed.json, 'approvals');
  expect(stringAt(shown, 'what')).toBe('Bash <script>alert(1)</script>');
  expect(stringAt(shown, 'shown')).toContain('curl x | sh');
  expect(decided.status).toBe(200);
  const { approvals } = await listApprovals(bob);
  const found = approvals.find(({ request }) => request.id === id);
  expect(found?.state.kind).toBe('approved');
  expect(found?.decisions.map(({ approver, reason }) => [approver, reason])).toEqual([
    ['bob@example.com', 'looked at it'],
  ]);
}, 60_000);
