// Row T6: evidence verifies on another machine, and any changed byte is named by the member that it is in.
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { formatBundle, openBundle, type Member } from '../../src/attest/bundle-file.ts';
import { openSigner } from '../../src/flow/attest/open-signer.ts';
import { checkBundle } from '../../src/flow/bundle/check-bundle.ts';
import { makeBundle } from '../../src/flow/bundle/make-bundle.ts';
import { cosignLog } from '../../src/flow/log/grow-log.ts';
import { signLogNow } from '../../src/flow/log/query-log.ts';
import { showWitness, startWitness, watchLog } from '../../src/flow/log/run-witness.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import { fingerprintEdit } from '../../src/match/fingerprints.ts';
import type { CheckedBundle } from '../../src/model/bundle.ts';
import type { Signer } from '../../src/model/signing.ts';
import { bundleLines } from '../../src/print/bundle-lines.ts';
import { openStore } from '../../src/store/open-store.ts';
import { draft, ending, newSession, writing } from '../store/store-kit.ts';
import { approveFile, lineFor, makeSigner } from './approve-kit.ts';
import { attest, makeIdentity } from './attest-kit.ts';
import { openLab, type Lab } from './lab.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const BLOCK = `export function overdueOrders(today: Date): Order[] {
  const cutoff = addDays(today, -gracePeriod);
  return orders.filter((order) => order.dueOn < cutoff);
}
`;

let lab: Lab;
let session = '';
let exchange = '';
let commit = '';
let text = '';
let list = '';
const labs: Lab[] = [];

/** A session whose lines a commit holds, approved by Bob, seen by a witness. */
beforeAll(async () => {
  lab = openLab();
  const witness = openLab();
  labs.push(lab, witness);
  const own = await makeIdentity(lab);
  const bob = await makeSigner('bob');
  const door = await startWitness(witness.caller, {
    host: '127.0.0.1',
    port: 0,
    warn: () => undefined,
  });
  const { vkey } = showWitness(witness.caller);
  list = `alice@example.com ${own}\n${lineFor('bob@example.com', bob)}`;
  lab.write('.aitrail/witnesses', `${vkey}\n`);
  lab.write('.aitrailrc.yaml', 'protect: [{ paths: [src/**], action: approve }]\n');
  lab.commit('.aitrail/allowed_signers', list);
  await record();
  await approveFile(lab, bob, { path: 'src/a.ts', text: BLOCK });
  commit = lab.commit('src/a.ts', BLOCK);
  await attest(lab, [commit], { recorded: (files) => files });
  watchLog(witness.caller, (await signLogNow(lab.caller)).vkey);
  await cosignLog(lab.caller, door.url, vkey);
  await door.close();
  await attest(lab, [lab.commit('later', 'later\n')]); // the log goes on
  ({ text } = await makeBundle(lab.caller, session));
});
afterAll(() => {
  for (const { repo } of labs) rmSync(dirname(repo), { recursive: true });
});

async function record(): Promise<void> {
  const store = await openStore({ home: lab.home, mode: 'write', inProcess: true });
  const repository = (await openRepository(lab.caller)).commonDir;
  session = await newSession(store, { atMs: Date.now() });
  const begun = draft(session, { startedAtMs: Date.now() });
  await store.beginExchange(begun);
  await store.appendReply(begun.id, Buffer.from(`{"content":${JSON.stringify(BLOCK)}}`));
  const edit = { kind: 'write', path: 'src/a.ts', text: BLOCK } as const;
  const fingerprints = fingerprintEdit(await store.readKey(), edit);
  const emissions = [writing('src/a.ts', BLOCK, { repository, fingerprints })];
  await store.endExchange(ending(begun.id, { endedAtMs: Date.now(), emissions }));
  await store.close();
  exchange = begun.id;
}

const check = (changed: string | Uint8Array, signers: string | null = null): CheckedBundle =>
  checkBundle(Buffer.from(changed), signers);

const named = (checked: CheckedBundle): readonly string[] =>
  checked.problems.map(({ member, why }) => `${member}: ${why}`);

const linesIn = (bundle: string): readonly string[] => bundle.trimEnd().split('\n');

test('a session: its records, its commits, approvals, policy, signers, log and witness, and all holds', () => {
  const checked = check(text);
  expect(named(checked)).toEqual([]);
  expect(checked).toMatchObject({
    isOk: true,
    about: `session ${session}`,
    commits: [{ commit, status: 'verified', signer: 'alice@example.com' }],
    records: 1,
    approvals: 2,
    log: { size: 3 },
    witnessed: [{ size: 2 }],
  });
  const names = linesIn(text).map((line) => String(JSON.parse(line).name ?? 'manifest'));
  expect(
    names
      .filter((name) => !name.startsWith('parts/'))
      .map((name) => name.replace(/[0-9a-f]{40,}/, 'ID')),
  ).toEqual([
    'approvals/ID',
    'approvals/ID',
    'commits/ID',
    'log/checkpoint',
    'log/cosigned',
    'log/growth/2',
    'notes/ID',
    'policy/.aitrailrc.yaml',
    `records/${exchange}`,
    'trust/allowed_signers',
    'trust/allowed_signers.tip',
    'trust/witnesses',
    'manifest',
  ]);
  expect(bundleLines(checked)).toContain('the evidence holds');
});

test('commits: the exchanges behind them come along; the same twice but for time and signature', async () => {
  const range = `${commit}~1..${commit}`;
  const one = await makeBundle(lab.caller, range);
  const other = await makeBundle(lab.caller, range);
  expect(one).toMatchObject({
    about: `commits ${range}`,
    commits: 1,
    records: 1,
    approvals: 2,
  });
  expect(linesIn(one.text).slice(0, -1)).toEqual(linesIn(other.text).slice(0, -1));
  expect(check(one.text).isOk).toBe(true);
  await expect(makeBundle(lab.caller, 's000')).rejects.toMatchObject({ code: 'NO_SUCH_REVISION' });
});

test('the reader’s own list counts in place of the one inside', async () => {
  expect(check(text, list)).toMatchObject({ isOk: true, trustedBy: 'your list' });
  const mallory = await makeSigner('mallory');
  const checked = check(text, lineFor('alice@example.com', mallory));
  expect(checked).toMatchObject({ isOk: false, commits: [{ status: 'untrusted-signer' }] });
  expect(named(checked)[0]).toMatch(/^manifest: untrusted-signer: key SHA256:\S+ is not listed$/);
});

/** Signs the members anew: whoever does so has all digests of the manifest right. */
async function rebundled(
  signer: Signer,
  change: (member: Member) => Member | null,
): Promise<readonly string[]> {
  const opened = openBundle(Buffer.from(text));
  const members = [...opened.members].map(([name, body]) => ({ name, body }));
  const changed = members.map(change).filter((member) => member !== null);
  const facts = {
    about: 'x',
    createdAt: new Date().toISOString(),
    bundledBy: 'alice@example.com',
  };
  const checked = check(await formatBundle(changed, facts, signer), list);
  return [
    ...named(checked),
    ...checked.commits.filter(({ status }) => status !== 'verified').map(({ status }) => status),
  ];
}

const editing =
  (prefix: string, edit: (body: string) => string) =>
  (member: Member): Member =>
    member.name.startsWith(prefix)
      ? { name: member.name, body: JSON.parse(edit(JSON.stringify(member.body))) }
      : member;

describe('attacks', () => {
  test('any changed byte is named', () => {
    const bytes = Buffer.from(text);
    const lines = linesIn(text);
    const names = lines.map((line) => String(JSON.parse(line).name ?? 'manifest'));
    const starts = lines.map((_, at) =>
      lines.slice(0, at).reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0),
    );
    for (const [at, start] of starts.entries()) {
      const length = Buffer.byteLength(lines[at] ?? '');
      // its ends, its line feed and some places between, with a bit and with another letter
      const places = [0, 1, 9, length >> 2, length >> 1, length - 3, length - 1, length];
      for (const place of places)
        for (const flip of [1, 0x20, 0x80]) {
          const changed = Buffer.from(bytes);
          changed[start + place] = (changed[start + place] ?? 0) ^ flip;
          const { problems } = openBundle(changed);
          const where = `${names[at] ?? ''} byte ${place} of ${length} ^ ${flip}`;
          expect(problems.length, where).toBeGreaterThan(0);
          const told = problems.map(({ member }) => member);
          // what joins two lines is named by one of them, or by the number of the line that came of it
          const mine = new Set([names[at], names[at + 1], `line ${at + 1}`, 'manifest']);
          expect(
            told.some((member) => mine.has(member)),
            `${where}: ${told.join()}`,
          ).toBe(true);
        }
    }
  });

  test.each([
    [
      'cut',
      (lines: readonly string[]) => lines.slice(0, -1),
      /^manifest: line \d+ is no signed list of members/,
    ],
    [
      'a member dropped',
      (lines: readonly string[]) => lines.slice(1),
      /^approvals\/\w+: is missing$/,
    ],
    [
      'a member added',
      (lines: readonly string[]) => ['{"name":"x","body":""}', ...lines],
      /^line 1: is none of the members/,
    ],
    [
      'a member twice',
      (lines: readonly string[]) => [lines[0] ?? '', ...lines],
      /^line 2: is none of the members/,
    ],
    [
      'two that change places',
      ([a = '', b = '', ...rest]: readonly string[]) => [b, a, ...rest],
      /^approvals\/\w+: stands in another place$/,
    ],
  ])('%s', (_, change, want) => {
    const changed = `${change(linesIn(text)).join('\n')}\n`;
    expect(named(check(changed))[0]).toMatch(want);
    expect(check(changed).isOk).toBe(false);
  });

  test.each([
    ['nothing', ''],
    ['no lines', '\n\n'],
    ['JSON', '{"name":"a","body":{}}\n'],
    ['binary', '\u0000\u0001'],
  ])('%s is no bundle, and no crash', (_, bytes) => {
    const checked = check(bytes);
    expect([checked.isOk, checked.problems.map(({ member }) => member)]).toContainEqual([
      'manifest',
      'log/checkpoint',
    ]);
  });

  test.each([
    [
      'a word of the model',
      'parts/',
      {
        edit: (body: string) => body.replace('overdueOrders', 'overdueOrder'),
        want: /^parts\/\w+: has another SHA-256/,
      },
    ],
    [
      'a fact of the record',
      'records/',
      {
        edit: (body: string) => body.replace(/status\\":\d+/, 'status\\":500'),
        want: /^records\/\w+: the log does not hold this record$/,
      },
    ],
    [
      'its salt',
      'records/',
      {
        edit: (body: string) => body.replace(/"salt":"../, '"salt":"zz'),
        want: /^records\/\w+: the log does not hold this record$/,
      },
    ],
    [
      'a commit',
      'commits/',
      { edit: (body: string) => body.replace('change', 'chance'), want: /malformed/ },
    ],
    [
      'a note',
      'notes/',
      { edit: (body: string) => body.replace('eyJ', 'eyK'), want: /signature|malformed|missing/ },
    ],
    [
      'an approval',
      'approvals/',
      {
        edit: (body: string) => body.replace('payload\\":\\"e', 'payload\\":\\"f'),
        want: /^approvals\/\w+: is no signed line/,
      },
    ],
    [
      'the checkpoint',
      'log/checkpoint',
      {
        edit: (body: string) => body.replace(/\\n\d+\\n/, '\\n1\\n'),
        want: /^log\/checkpoint: is not signed/,
      },
    ],
    [
      'what the witness saw',
      'log/cosigned',
      {
        edit: (body: string) => body.replace(/\\n\d+\\n/, '\\n1\\n'),
        want: /^log\/cosigned: is not signed/,
      },
    ],
  ])('%s, changed by somebody who may bundle', async (_what, prefix, { edit, want }) => {
    const signer = await openSigner(lab.caller, { signing: 'auto' });
    const problems = await rebundled(signer, editing(prefix, edit));
    expect(problems.join('\n')).toMatch(new RegExp(want.source, 'm'));
  });

  test.each([
    ['a part', 'parts/', /^records\/\w+: part \w+/],
    ['a note', 'notes/', /^missing$/],
    ['an approval', 'approvals/', /^approvals\/\w+: is missing: the note of/],
    ['the proof that the log grew', 'log/growth/', /^log\/growth\/\d+: it does not prove/],
  ])('%s, left out by somebody who may bundle', async (_, prefix, want) => {
    const signer = await openSigner(lab.caller, { signing: 'auto' });
    const problems = await rebundled(signer, (member) =>
      member.name.startsWith(prefix) ? null : member,
    );
    expect(problems.join('\n')).toMatch(new RegExp(want.source, 'm'));
  });

  test('all of it, signed anew by a stranger who lists themselves', async () => {
    const mallory = await makeSigner('mallory');
    const own = lineFor('alice@example.com', mallory);
    const problems = await rebundled(
      mallory,
      editing('trust/allowed', () => JSON.stringify(own)),
    );
    expect(problems).toEqual([expect.stringMatching(/^manifest: untrusted-signer/)]);
  });
});
