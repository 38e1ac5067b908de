// Attacks on approvals: what is signed by the wrong person, about something else, too late or twice does not count.
import { beforeAll, expect, test } from 'vitest';
import { openApproval, signDecision, signRequest } from '../../src/attest/approval-envelope.ts';
import { judgeApproval, type OpenedDecision } from '../../src/attest/judge-approval.ts';
import type { Approval, ApprovalDecision, ApprovalRequest } from '../../src/model/approval.ts';
import type { Signer } from '../../src/model/signing.ts';
import {
  decisionOf,
  lineFor,
  makeSigner,
  NOW_MS,
  requestOf,
  ROOT,
  trustOf,
} from './approve-kit.ts';

const NAMES = ['alice', 'alice2', 'bob', 'carol', 'mallory', 'ci'] as const;
type Name = (typeof NAMES)[number];
const keys = new Map<Name, Signer>();
let list = '';

beforeAll(async () => {
  for (const name of NAMES) keys.set(name, await makeSigner(name));
  list = [
    lineFor('alice@example.com', key('alice')),
    lineFor('alice@example.com,alice@home.example', key('alice2')),
    lineFor('bob@example.com', key('bob')),
    lineFor('carol@example.com', key('carol')),
    lineFor('ci', key('ci')),
  ].join('');
});

function key(name: Name): Signer {
  const found = keys.get(name);
  if (found === undefined) throw new Error(`no key of ${name}`);
  return found;
}

interface Scene {
  readonly asks: Name;
  readonly request: Partial<ApprovalRequest>;
  readonly signs: Name;
  readonly decision: Partial<ApprovalDecision>;
  readonly people: readonly string[] | null;
  readonly roots: readonly string[] | null;
  readonly nowMs: number;
  readonly isUsed: boolean;
  /** Edits the decision's line after it was signed. */
  readonly edit: (line: string) => string;
}

const STANDARD: Scene = {
  asks: 'alice',
  request: {},
  signs: 'bob',
  decision: {},
  people: null,
  roots: [ROOT],
  nowMs: NOW_MS,
  isUsed: false,
  edit: (line) => line,
};

async function judgeScene(more: Partial<Scene>): Promise<Approval> {
  const { asks, request, signs, decision, edit, ...question } = { ...STANDARD, ...more };
  const line = await signRequest(requestOf(request), key(asks));
  const opened = openApproval(line);
  if (opened?.kind !== 'request') throw new Error('the request cannot be read');
  const answer = openApproval(edit(await signDecision(decisionOf(line, decision), key(signs))));
  const given: readonly OpenedDecision[] = answer?.kind === 'decision' ? [answer] : [];
  return judgeApproval(opened, given, { trust: trustOf(list), ...question });
}

const other = (digest: string): Partial<ApprovalDecision> => ({ digest });
const DAY_MS = 86_400_000;

test.each<readonly [string, Partial<Scene>, string]>([
  ['by somebody who is listed', {}, 'approved'],
  ['by one of the people', { people: ['BOB@example.com'] }, 'approved'],
  ['by none of the people', { people: ['carol@example.com'] }, 'pending'],
  ['by nobody who may', { people: [] }, 'pending'],
  ['one’s own', { signs: 'alice', decision: { approver: 'alice@example.com' } }, 'pending'],
  [
    'a second key of the one who asks',
    { signs: 'alice2', decision: { approver: 'alice@example.com' } },
    'pending',
  ],
  [
    'another name of the one who asks',
    { signs: 'alice2', decision: { approver: 'alice@home.example' } },
    'pending',
  ],
  [
    'the other way round',
    {
      asks: 'alice2',
      request: { requester: 'alice@home.example' },
      signs: 'alice',
      decision: { approver: 'alice@example.com' },
    },
    'pending',
  ],
  ['in somebody else’s name', { signs: 'carol' }, 'pending'],
  [
    'by a key that nobody listed',
    { signs: 'mallory', decision: { approver: 'mallory@example.com' } },
    'pending',
  ],
  ['by a role for a person', { signs: 'ci' }, 'pending'],
  ['about other content', { decision: other('0'.repeat(64)) }, 'pending'],
  ['about another request', { decision: { request: '0'.repeat(64) } }, 'pending'],
  ['of another kind', { decision: { kind: 'push' } }, 'pending'],
  ['in another repository', { decision: { roots: ['e'.repeat(40)] } }, 'pending'],
  ['where the history is cut', { roots: null }, 'approved'],
  [
    'edited after it was signed',
    { edit: (line) => line.replace(/"payload":"e/, '"payload":"f') },
    'pending',
  ],
  [
    'given after the end',
    { decision: { atMs: NOW_MS + DAY_MS }, nowMs: NOW_MS + DAY_MS + 1 },
    'expired',
  ],
  ['given as if afterwards', { decision: { expiresAtMs: null } }, 'pending'],
  ['in time, and looked at too late', { nowMs: NOW_MS + DAY_MS }, 'expired'],
  ['used', { isUsed: true }, 'used'],
  ['denied', { decision: { answer: 'deny' } }, 'denied'],
  [
    'denied by the one who asks',
    { signs: 'alice', decision: { answer: 'deny', approver: 'alice@example.com' } },
    'pending',
  ],
  [
    'a broken glass',
    {
      signs: 'alice',
      decision: { answer: 'break-glass', approver: 'alice@example.com', reason: 'fire' },
    },
    'approved',
  ],
  [
    'a broken glass without a word',
    { decision: { answer: 'break-glass', reason: ' ' } },
    'pending',
  ],
  [
    'a glass that is not theirs',
    {
      signs: 'mallory',
      decision: { answer: 'break-glass', approver: 'mallory@example.com', reason: 'x' },
    },
    'pending',
  ],
])('an approval %s', async (_, scene, want) => {
  const approval = await judgeScene(scene);
  expect(approval.state.kind, approval.refused.join()).toBe(want);
  expect(approval.doubt).toBeNull();
});

test.each<readonly [string, Partial<Scene>, RegExp | null]>([
  ['as it is', {}, null],
  ['that shows something else', { request: { subject: '{}' } }, /shows something else/],
  ['whose text was not sent along', { request: { subject: null } }, null],
  ['by a key that nobody listed', { asks: 'mallory' }, /not listed for alice/],
  ['in somebody else’s name', { request: { requester: 'bob@example.com' } }, /not listed for bob/],
  ['by a role in a person’s name', { asks: 'ci' }, /not listed for alice/],
  ['by a role in its own', { asks: 'ci', request: { requester: 'ci' } }, null],
])('a request %s', async (_, scene, want) => {
  const { doubt } = await judgeScene(scene);
  expect(doubt === null ? null : want?.test(doubt)).toBe(want === null ? null : true);
});

test.each<readonly [string, Partial<ApprovalRequest>]>([
  ['an id that is a path', { id: '../../heads/main' }],
  ['a time that no calendar has', { expiresAtMs: Number.MAX_SAFE_INTEGER }],
  ['a text that fills the screen a thousand times', { content: 'x'.repeat(70_000) }],
  ['a digest that is none', { digest: 'x' }],
])('a request with %s is not read', async (_, more) => {
  expect(openApproval(await signRequest(requestOf(more), key('alice')))).toBeNull();
});
