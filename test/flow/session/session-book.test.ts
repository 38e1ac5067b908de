import { LOCAL_IDENTITY } from '../../../src/model/context.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSessionBook } from '../../../src/flow/session/session-book.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';

const PLACE = {
  repository: null,
  worktree: null,
  remote: null,
  branch: null,
  head: null,
  host: '',
};
const PRINCIPAL = { name: 'Ada', email: 'ada@example.com' };
let home: string;
let store: Store;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'book-'));
  store = await openStore({ home, mode: 'write', inProcess: true });
  await store.addGrant({
    id: 'g1',
    tokenSha256: 'x',
    principal: PRINCIPAL,
    identity: LOCAL_IDENTITY,
    place: PLACE,
    agent: null,
    openedAtMs: 1,
    lastUsedAtMs: 1,
    expiresAtMs: 9,
    endedAtMs: null,
  });
});
afterAll(async () => {
  await store.close();
  rmSync(home, { recursive: true });
});

const facts = (agent: string | null, atMs: number) => ({
  agent,
  agentVersion: null,
  place: PLACE,
  principal: PRINCIPAL,
  identity: LOCAL_IDENTITY,
  atMs,
});

test('a conversation is known from its second request on, and the store still hears of each', async () => {
  const book = openSessionBook(store);
  const first = book.join('g1', 'talk', facts('claude-code', 10));
  expect(first.known).toBeNull();
  const session = await first.joined;
  const second = book.join('g1', 'talk', facts('claude-code', 20));
  expect(second.known?.id).toBe(session.id);
  expect(await second.joined).toMatchObject({ id: session.id, lastAtMs: 20 });
  expect(book.join('g1', 'another', facts('claude-code', 30)).known).toBeNull();
});

test('a session that began without an agent is asked for again where one is seen', async () => {
  const book = openSessionBook(store);
  await book.join('g1', 'plain', facts(null, 10)).joined;
  expect(book.join('g1', 'plain', facts(null, 11)).known).toMatchObject({ agent: null });
  const named = book.join('g1', 'plain', facts('codex', 12));
  expect(named.known).toBeNull();
  expect(await named.joined).toMatchObject({ agent: 'codex' });
  expect(book.join('g1', 'plain', facts('codex', 13)).known).toMatchObject({ agent: 'codex' });
});

test('what the store cannot do is not remembered', async () => {
  const full = new Error('the disk is full');
  let isFull = false;
  const book = openSessionBook({
    joinSession: (...args) => (isFull ? Promise.reject(full) : store.joinSession(...args)),
  });
  await book.join('g1', 'brief', facts('codex', 10)).joined;
  isFull = true;
  await expect(book.join('g1', 'brief', facts('codex', 11)).joined).rejects.toBe(full);
  isFull = false;
  const again = book.join('g1', 'brief', facts('codex', 12));
  expect(again.known).toBeNull();
  await again.joined;
});
