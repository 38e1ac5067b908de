// Somebody who can write the database of a team tries to approve what nobody has approved: straight to the table, with all
// that stands in it, and without the gateways' key.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { signDecision } from '../../../src/attest/approval-envelope.ts';
import { fingerprintOfLine } from '../../../src/attest/ssh-key.ts';
import { sealAnswer } from '../../../src/flow/approve/asked-approval.ts';
import { openTeamApprovals } from '../../../src/flow/approve/team-approvals.ts';
import { decideForApprover, listForApprover } from '../../../src/flow/gateway/approval-acts.ts';
import { whoOf } from '../../../src/guard/roles.ts';
import type { NoteSigner } from '../../../src/log/note.ts';
import type { ApprovalDecision, ApprovalDraft } from '../../../src/model/approval.ts';
import { canonicalJson } from '../../../src/model/canonical-json.ts';
import { sha256Hex } from '../../../src/model/sha256.ts';
import { LOCAL_IDENTITY } from '../../../src/model/context.ts';
import type { Grant } from '../../../src/model/session.ts';
import { eventLines } from '../../../src/print/event-lines.ts';
import type { LocalStore } from '../../../src/store/upkeep-store.ts';
import { makeSigner } from '../../attest/approve-kit.ts';
import {
  type Database,
  hasPostgres,
  newDatabase,
  openOn,
  query,
} from '../../store/postgres/database.ts';
import { PLACE } from '../../store/store-kit.ts';
import { policyWith } from '../policy-with.ts';

const signer: NoteSigner = { name: 'log.example/one', seed: Buffer.alloc(32, 7) };
const policy = policyWith({});

const person = (name: string) =>
  ({
    principal: { name, email: `${name}@example.com` },
    identity: { ...LOCAL_IDENTITY, source: 'claim', issuer: 'https://idp.example', subject: name },
  }) as const;

const grantOf = (name: string): Grant => ({
  ...person(name),
  id: `g${name}`,
  tokenSha256: sha256Hex(name),
  place: PLACE,
  agent: null,
  openedAtMs: 0,
  lastUsedAtMs: 0,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
  endedAtMs: null,
});

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

let count = 0;
/** Never the same twice. */
function draftOf(subject: string): ApprovalDraft {
  count += 1;
  const text = `${subject} ${String(count)} \u0085\u007F`; // a note holds no such characters
  return {
    kind: 'prompt',
    digest: sha256Hex(text),
    what: 'a prompt to the model',
    rule: 'deploys',
    place: null,
    approvers: [],
    session: null,
    exchange: null,
    content: text,
    subject: text,
  };
}

describe.skipIf(!hasPostgres)('approvals of a gateway', { timeout: 60_000 }, () => {
  let place: Database;
  let store: LocalStore;
  let said: string[] = [];
  const warn = (line: string): void => void said.push(line);
  beforeAll(async () => {
    place = await newDatabase();
    store = await openOn(place);
  }, 60_000);
  beforeEach(() => {
    said = [];
  });
  afterAll(() => store.close());

  const of = (name: string) => {
    const found = openTeamApprovals({ store, signer, warn }).of({ grant: grantOf(name), policy });
    if (found === null) throw new Error('nobody can be asked');
    return found;
  };
  const answer = (name: string, given: object) =>
    decideForApprover({ store, signer, warn }, { ...person(name), policy }, JSON.stringify(given));
  const events = async (kind: string) =>
    (await store.listEvents({ limit: 1000 })).filter((event) => event.kind === kind);
  const rowOf = async (id: string) => {
    const row = await store.findAsked(id);
    if (row === null) throw new Error(`${id} is not there`);
    return row;
  };
  const put = (id: string, column: string, text: string) =>
    query(
      place,
      `UPDATE asked SET ${column} = ${quoted(text)}, is_approved = true, is_open = NULL WHERE id = ${quoted(id)}`,
    );
  /** What somebody would write into the table, who has seen others' answers. */
  const decisionOf = async (id: string, name = 'bob'): Promise<ApprovalDecision> => {
    const [found] = [await of('ada').read(id)];
    if (found === null) throw new Error('no request');
    const { kind, digest, expiresAtMs } = found.request;
    const about = { id, kind, digest, request: found.sha256, roots: [], expiresAtMs };
    return {
      ...about,
      answer: 'approve',
      approver: `${name}@example.com`,
      reason: '',
      atMs: Date.now(),
    };
  };
  const who = whoOf(person('bob'));
  const email = 'bob@example.com';

  test('approved by login alone: passes once, and the log has the very answer', async () => {
    const draft = draftOf('deploy');
    const { id } = await of('ada').ask(draft);
    await answer('bob', { id, answer: 'approve', reason: 'it is time' });
    const used = await of('ada').use(draft);
    expect(used).toMatchObject({ id, approver: email });
    expect(await of('ada').use(draft)).toBeNull();
    const [decided] = await events('decided');
    expect(decided?.detail).toMatchObject({
      approval: id,
      digest: draft.digest,
      proof: 'login',
      key: null,
    });
    expect(decided?.detail['signed']).toBe(used?.envelope);
    const line = eventLines(decided === undefined ? [] : [decided], Infinity);
    expect(line).toMatch(/decided .*proof login.* decision [0-9a-f]{12}/);
    expect(line).not.toContain('aitrail approval answer'); // for programs
    expect(decided?.detail['decision']).toBe(used?.sha256);
    expect((await of('ada').read(id))?.decisions).toMatchObject([
      { proof: { gateway: signer.name, who, key: null } },
    ]);
    expect((await events('used')).map(({ detail }) => detail)).toEqual([{ approval: id }]);
    expect(await events('forged')).toEqual([]);
  });

  test('signed by the approver too, and by nobody for another answer', async () => {
    const draft = draftOf('deploy');
    const { id } = await of('ada').ask(draft);
    const own = await makeSigner('bob');
    const decision = { ...(await decisionOf(id)), reason: 'seen' };
    const given = { id, answer: 'approve', reason: 'seen' };
    for (const other of [
      { ...decision, answer: 'deny' as const },
      { ...decision, reason: 'else' },
      { ...decision, digest: sha256Hex('else') },
      { ...decision, approver: 'carol@example.com' },
      { ...decision, atMs: decision.atMs - 600_000 },
    ])
      await expect(
        answer('bob', { ...given, signed: await signDecision(other, own) }),
      ).rejects.toMatchObject({ code: 'APPROVAL_INVALID' });
    await expect(answer('bob', { ...given, signed: '{}' })).rejects.toMatchObject({
      code: 'APPROVAL_INVALID',
    });
    await answer('bob', { ...given, signed: await signDecision(decision, own) });
    const key = fingerprintOfLine(own.publicKey);
    expect((await of('ada').read(id))?.decisions).toMatchObject([{ proof: { who, key } }]);
    const [decided] = await events('decided');
    expect(decided?.detail).toMatchObject({ proof: 'key', key });
    expect(await of('ada').use(draft)).toMatchObject({ id });
  });

  test.each([
    {
      name: 'an answer that nobody signed',
      forge: async (id: string) =>
        canonicalJson({ decision: await decisionOf(id), who, email, envelope: null }),
      why: /no gateway has signed it/,
    },
    {
      name: 'an answer that another key signed, of the same name',
      forge: async (id: string) =>
        sealAnswer(
          { decision: await decisionOf(id), who, email, envelope: null },
          { ...signer, seed: Buffer.alloc(32, 8) },
        ),
      why: /no gateway has signed it/,
    },
    {
      name: 'the answer to another request',
      forge: async () => {
        const { id } = await of('ada').ask(draftOf('harmless'));
        await answer('bob', { id, answer: 'approve' });
        return (await rowOf(id)).decision ?? '';
      },
      why: /about something else/,
    },
    {
      name: 'one letter of a denial changed',
      forge: async (id: string) => {
        await answer('bob', { id, answer: 'deny' });
        return ((await rowOf(id)).decision ?? '').replace('"deny"', '"approve"');
      },
      why: /no gateway has signed it/,
    },
  ])('$name: does not count, and is told', async ({ forge, why }) => {
    const draft = draftOf('deploy');
    const { id } = await of('ada').ask(draft);
    await put(id, 'decision', await forge(id));
    expect((await of('ada').read(id))?.state.kind).toBe('pending');
    expect(await of('ada').wait(id, new AbortController().signal)).toMatchObject({ decisions: [] });
    expect(await of('ada').use(draft)).toBeNull();
    const told = (await events('forged')).filter(({ detail }) => detail['approval'] === id);
    expect(told.map(({ detail }) => detail['why'])).toEqual([expect.stringMatching(why)]);
    expect(said.join('\n')).toMatch(new RegExp(`alarm: approval ${id}.*${why.source}`));
    const listed = await listForApprover({ store, signer, warn });
    expect(listed.find(({ refused }) => refused?.match(why) != null)).toMatchObject({
      decision: null,
    });
    // whoever needs it asks anew
    expect((await of('ada').ask(draft)).id).not.toBe(id);
  });

  test('a denial turned into an approval by its flag alone', async () => {
    const draft = draftOf('deploy');
    const { id } = await of('ada').ask(draft);
    await answer('bob', { id, answer: 'deny' });
    await query(place, `UPDATE asked SET is_approved = true WHERE id = ${quoted(id)}`);
    expect(await of('ada').use(draft)).toBeNull();
    expect(said.join('\n')).toContain(`alarm: approval ${id}`);
  });

  test('an approval that is made unused again, or young again, or given to another', async () => {
    const draft = draftOf('deploy');
    const { id } = await of('ada').ask(draft);
    await answer('bob', { id, answer: 'approve' });
    expect(await of('ada').use(draft)).not.toBeNull();
    await query(place, `UPDATE asked SET used_ms = NULL WHERE id = ${quoted(id)}`);
    expect(await of('ada').use(draft)).toBeNull();
    expect(said.join('\n')).toMatch(/it was used before, by the log/);

    const short = { ...policy, approvals: { holdMs: 0, expireMs: 0 } };
    const asking = { grant: grantOf('ada'), policy: short };
    const old = draftOf('deploy');
    const { id: late = '' } =
      (await openTeamApprovals({ store, signer, warn }).of(asking)?.ask(old)) ?? {};
    await query(
      place,
      `UPDATE asked SET expires_ms = expires_ms + 3600000 WHERE id = ${quoted(late)}`,
    );
    await expect(answer('bob', { id: late, answer: 'approve' })).rejects.toMatchObject({
      code: 'APPROVAL_OVER',
    });
    const decision = await decisionOf(late);
    await put(late, 'decision', sealAnswer({ decision, who, email, envelope: null }, signer));
    expect(await of('ada').use(old)).toBeNull();
    expect(said.join('\n')).toMatch(/it has expired/);

    const [theirs, mine] = [draftOf('harmless'), draftOf('deploy')];
    const [approved, wanted] = [await of('ada').ask(theirs), await of('eve').ask(mine)];
    await answer('bob', { id: approved.id, answer: 'approve' });
    const { key } = await rowOf(wanted.id);
    await query(place, `DELETE FROM asked WHERE id = ${quoted(wanted.id)}`);
    await put(approved.id, 'key', key);
    expect(await of('eve').use(mine)).toBeNull();
  });

  test('a request that is made to show something else is shown to nobody', async () => {
    const draft = draftOf('deploy');
    const { id } = await of('ada').ask(draft);
    const text = (await rowOf(id)).request.replace('"prompt"', '"text"');
    await query(place, `UPDATE asked SET request = ${quoted(text)} WHERE id = ${quoted(id)}`);
    await expect(answer('bob', { id, answer: 'approve' })).rejects.toMatchObject({
      code: 'NO_SUCH_APPROVAL',
    });
    const listed = await listForApprover({ store, signer, warn });
    expect(listed.filter(({ request }) => request.includes(id))).toEqual([]);
    await expect(of('ada').ask(draft)).rejects.toMatchObject({ code: 'APPROVAL_FORGED' });
    expect((await of('ada').ask(draft)).id).not.toBe(id);
  });

  test('who asked cannot be made somebody else to approve it oneself', async () => {
    const { id } = await of('ada').ask(draftOf('deploy'));
    await put(id, 'who', 'https://idp.example carol');
    await put(id, 'email', 'carol@example.com');
    await expect(answer('ada', { id, answer: 'approve' })).rejects.toMatchObject({
      code: 'APPROVAL_SELF',
    });
  });
});
