// The store's calls, each way it can be opened: embedded, in this thread and in a thread of its own, and on PostgreSQL.
import { LOCAL_IDENTITY } from '../../src/model/context.ts';
import { statSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { saltedDigest } from '../../src/log/leaf.ts';
import type { Store } from '../../src/store/store.ts';
import {
  draft,
  ending,
  newHome,
  newSession,
  PLACE,
  sha256,
  writing,
  marksOf,
} from './store-kit.ts';
import { HERE, IN_A_THREAD, POSTGRES, START_MS } from './ways.ts';

/** Of a sequence of parts. */
const digestOf = (parts: readonly Uint8Array[]): string =>
  sha256(Buffer.concat(parts.map((part) => Buffer.from(sha256(part), 'hex'))));

describe.each([HERE, IN_A_THREAD, ...POSTGRES])('a store %s', { timeout: START_MS }, (_, open) => {
  const home = newHome();
  let opened: Promise<Store>;
  beforeAll(async () => {
    opened = open(home);
    await opened;
  }, START_MS);
  afterAll(async () => (await opened).close());

  test('a grant is found by its token until it ends', async () => {
    const store = await opened;
    const grant = {
      id: 'g1',
      tokenSha256: sha256('token'),
      principal: { name: 'Ada', email: 'ada@example.com' },
      identity: LOCAL_IDENTITY,
      place: PLACE,
      agent: 'codex',
      openedAtMs: 10,
      lastUsedAtMs: 10,
      expiresAtMs: 110,
      endedAtMs: null,
    };
    await store.addGrant(grant);
    expect(await store.findGrant(sha256('token'))).toEqual(grant);
    await store.touchGrant('g1', 30);
    expect(await store.findGrant(sha256('token'))).toMatchObject({
      lastUsedAtMs: 30,
      expiresAtMs: 130,
    });
    await store.endGrant('g1', 40);
    expect(await store.findGrant(sha256('token'))).toMatchObject({ endedAtMs: 40 });
    expect(await store.findGrant(sha256('other'))).toBeNull();
  });

  test('an exchange as evidence: the leaf from its record and salt, the record from its parts', async () => {
    const store = await opened;
    const begun = draft(await newSession(store));
    await store.beginExchange(begun);
    expect(await store.readEvidence(begun.id)).toBe(null);
    await store.appendReply(begun.id, Buffer.from('reply'));
    const { logIndex } = await store.endExchange(ending(begun.id));
    const evidence = await store.readEvidence(begun.id);
    if (evidence === null) throw new Error('no evidence of a closed exchange');
    const { record, salt, request, reply, requestHeaders, responseHeaders } = evidence;
    expect(evidence.logIndex).toBe(logIndex);
    expect([request, reply].map((parts) => Buffer.concat(parts).toString())).toEqual([
      'request',
      'reply',
    ]);
    expect(JSON.parse(record)).toMatchObject({
      request: digestOf(request),
      reply: digestOf(reply),
      requestHeaders: sha256(requestHeaders),
      responseHeaders: sha256(responseHeaders ?? ''),
    });
    const [leaf] = await store.readLog(logIndex, 1);
    const { digests } = JSON.parse(Buffer.from(leaf?.data ?? []).toString());
    expect(digests.record).toBe(saltedDigest(Buffer.from(salt, 'hex'), record));
  });

  test.each([
    ['with its end alone', [], 'reply'],
    ['before its end and with it', ['re', 'p'], 'ly'],
    ['before its end alone', ['re', 'ply'], ''],
    ['in pieces of any size', ['x'.repeat(200_000)], 'y'.repeat(200_000)],
  ])('a reply that comes %s', async (_how, pieces, rest) => {
    const store = await opened;
    const begun = draft(await newSession(store));
    await store.beginExchange(begun);
    for (const piece of pieces) await store.appendReply(begun.id, Buffer.from(piece));
    await store.endExchange(ending(begun.id, { rest: Buffer.from(rest) }));
    expect(Buffer.from(await store.readReply(begun.id)).toString()).toBe(pieces.join('') + rest);
  });

  test('one exchange, one record', async () => {
    const store = await opened;
    const session = await newSession(store);
    const begun = draft(session);
    await store.beginExchange(begun);
    expect(await store.findExchange(begun.id)).toMatchObject({ outcome: 'open', logIndex: null });
    await store.appendReply(begun.id, Buffer.from('re'));
    await store.appendReply(begun.id, Buffer.from('ply'));
    const events = [
      { offset: 0, length: 2, atMs: 10 },
      { offset: 2, length: 3, atMs: 90 },
    ];
    const masks = [
      {
        rule: 'r',
        placeholder: 'AITRAIL_r_01234567',
        direction: 'toAgent',
        isForwarded: false,
        channel: '0',
        ranges: [[0, 9]],
      },
    ] as const;
    const emissions = [writing('a.ts', 'x', { callId: 'call-1', fingerprints: [1, 2 ** 53 - 1] })];
    const { logIndex } = await store.endExchange(
      ending(begun.id, { marks: marksOf(events), masks, emissions }),
    );
    expect(await store.findExchange(begun.id.slice(0, 8))).toMatchObject({
      id: begun.id,
      session,
      outcome: 'ok',
      logIndex,
      masks,
      usage: { inputTokens: 1, outputTokens: 2 },
      startedAtMs: 2000,
      firstByteAtMs: 2010,
      endedAtMs: 2100,
    });
    expect(Buffer.from(await store.readRequest(begun.id)).toString()).toBe('request');
    expect(Buffer.from(await store.readReply(begun.id)).toString()).toBe('reply');
    expect(await store.readEvents(begun.id)).toEqual(events);
    expect(await store.readHeaders(begun.id)).toEqual({
      request: [['content-type', 'application/json']],
      response: [['content-type', 'text/event-stream']],
    });
    expect(await store.listExchanges(session)).toHaveLength(1);
    expect(await store.findSession(session)).toMatchObject({
      exchanges: 1,
      models: ['model-1'],
      lastAtMs: 2100,
    });
    const [emission] = await store.listEmissions(begun.id);
    expect(emission).toMatchObject({
      path: 'a.ts',
      outcome: 'unknown',
      agent: 'claude-code',
      model: 'model-1',
    });
    await store.setOutcome(session, 'call-1', 'rejected');
    const query = { repository: PLACE.repository, paths: [], fingerprints: [2 ** 53 - 1] };
    expect(await store.findEmissions(query)).toMatchObject([
      { id: emission?.id, outcome: 'rejected' },
    ]);
    await expect(store.endExchange(ending(begun.id))).rejects.toMatchObject({
      code: 'NO_SUCH_EXCHANGE',
    });
  });

  test('the key stays, observations and commits come back', async () => {
    const store = await opened;
    expect(await store.readKey()).toHaveLength(32);
    const lines = [[1, 2 ** 53 - 1], [], [7]];
    const seen = {
      repository: 'r',
      worktree: 'w',
      path: 'a',
      atMs: 1,
      exchange: 'x',
      moment: 'before',
      blob: null,
      lines,
    } as const;
    await store.addObservations([seen, { ...seen, moment: 'after', lines: [...lines, [9]] }]);
    expect(await store.findObservations('r', ['a', 'b'])).toEqual([
      seen,
      { ...seen, moment: 'after', lines: [...lines, [9]] },
    ]);
    const record = { repository: 'r', commit: 'c'.repeat(40), atMs: 5, exchanges: ['x1'] };
    const { logIndex } = await store.addCommit(record, Buffer.from('{}'));
    expect(await store.findCommits('x1')).toEqual([{ ...record, logIndex }]);
    expect(await store.findCommit(record.commit)).toEqual({ ...record, logIndex });
    expect(await store.findCommit('d')).toBeNull();
  });

  test('of two checkpoints that follow one of another log, the first counts', async () => {
    const first = {
      origin: 'log.example/a',
      vkey: 'k',
      before: 0,
      size: 3,
      note: 'one\n',
      who: 'issuer ada',
      atMs: 5,
    };
    const store = await opened;
    expect(await store.findWitnessed(first.origin)).toBeNull();
    expect(await store.keepWitnessed(first)).toEqual(first);
    expect(await store.keepWitnessed({ ...first, size: 4, note: 'two\n' })).toEqual(first);
    const next = { ...first, before: 3, size: 9, note: 'three\n' };
    expect(await store.keepWitnessed(next)).toEqual(next);
    expect(await store.findWitnessed(first.origin)).toEqual(next);
    expect(await store.findWitnessed('log.example/b')).toBeNull();
  });

  test('what is good for one time is taken once, by one of many, and not after its time', async () => {
    const store = await opened;
    const entry = { id: 'code:a', detail: 'first', untilMs: Date.now() + 3_600_000 };
    const kept = await Promise.all([1, 2, 3].map(() => store.keepOnce(entry)));
    expect(kept.filter(Boolean)).toHaveLength(1);
    const taken = await Promise.all([1, 2, 3].map(() => store.takeOnce(entry.id, Date.now())));
    expect(taken.filter((one) => one !== null)).toEqual(['first']);
    expect(await store.keepOnce(entry)).toBe(true);
    expect(await store.takeOnce(entry.id, entry.untilMs)).toBeNull();
    expect(await store.takeOnce('code:b', Date.now())).toBeNull();
  });

  test('a request for approval: asked for once, answered once, used once', async () => {
    const store = await opened;
    const atMs = Date.now();
    const asked = {
      id: 'a0000000001',
      key: 'ada, this',
      who: 'issuer ada',
      email: 'ada@example.com',
      request: '{"a":1}',
      atMs,
      expiresAtMs: atMs + 60_000,
    };
    const unanswered = { ...asked, decision: null, usedAtMs: null };
    const both = [asked, { ...asked, id: 'a0000000002' }];
    const kept = await Promise.all(both.map((one) => store.keepAsked(one)));
    const [first, second] = kept;
    expect(second).toEqual(first);
    const id = first?.id ?? '';
    expect(await store.findAsked(id.slice(0, 6))).toEqual({ ...unanswered, id });
    expect(await store.findAsked('b')).toBeNull();
    expect(await store.useAsked(asked.key, atMs)).toBeNull();
    const answers = ['yes', 'no'].map((decision) =>
      store.decideAsked({ id, isApproval: true, decision, atMs }),
    );
    expect((await Promise.all(answers)).filter(Boolean)).toHaveLength(1);
    expect(await store.useAsked('bob, this', atMs)).toBeNull();
    expect(await store.useAsked(asked.key, asked.expiresAtMs)).toBeNull();
    const uses = await Promise.all([1, 2].map(() => store.useAsked(asked.key, atMs)));
    expect(uses.filter((one) => one !== null)).toMatchObject([{ id, usedAtMs: atMs }]);
    const later = { ...asked, id: 'a0000000003', atMs: atMs + 1 };
    expect((await store.keepAsked(later)).id).toBe(later.id);
    await expect(store.findAsked('a000')).rejects.toMatchObject({ code: 'AMBIGUOUS_ID' });
    expect(
      await store.decideAsked({
        ...later,
        isApproval: true,
        decision: 'late',
        atMs: later.expiresAtMs,
      }),
    ).toBe(false);
    const anew = { ...asked, id: 'a0000000004', atMs: later.expiresAtMs, expiresAtMs: atMs * 2 };
    expect((await store.keepAsked(anew)).id).toBe(anew.id);
    expect((await store.listAsked(2)).map((one) => one.id)).toEqual([anew.id, later.id]);
  });

  test('32 streams in one session: 32 records, none interleaved', async () => {
    const store = await opened;
    const session = await newSession(store);
    const stream = async (letter: string): Promise<string> => {
      const begun = draft(session);
      await store.beginExchange(begun);
      const writes = Array.from({ length: 40 }, () =>
        store.appendReply(begun.id, Buffer.from(letter.repeat(999))),
      );
      await Promise.all(writes);
      await store.endExchange(ending(begun.id));
      return Buffer.from(await store.readReply(begun.id)).toString();
    };
    const letters = 'abcdefghijklmnopqrstuvwxyzABCDEF'.split('');
    const replies = await Promise.all(letters.map(stream));
    expect(replies).toEqual(letters.map((letter) => letter.repeat(40 * 999)));
    const indexes = (await store.listExchanges(session)).map(({ logIndex }) => logIndex);
    expect(new Set(indexes).size).toBe(32);
  });

  test('after close a call is refused, not lost', async () => {
    const store = await open(newHome());
    const waiting = store.appendLog(Buffer.from('x'));
    const closing = store.close();
    expect(await waiting).toEqual({ logIndex: 0 });
    await closing;
    await expect(store.logSize()).rejects.toThrow('closed');
    await store.close();
  });

  test('everything on disk is private', async () => {
    await (await opened).signCheckpoint();
    for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
      const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777;
      expect(`${entry.name} ${mode.toString(8)}`).toBe(
        `${entry.name} ${entry.isDirectory() ? '700' : '600'}`,
      );
    }
  });
});
