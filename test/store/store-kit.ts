// A store in a temporary place, and short ways to fill it.
import { NO_MARKS, openMarkBook } from '../../src/model/event-marks.ts';
import { LOCAL_IDENTITY } from '../../src/model/context.ts';
import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventMark } from '../../src/model/session.ts';
import { newExchangeId, newGrantId } from '../../src/store/ids.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { ExchangeDraft, ExchangeEnd, NewEmission, Store } from '../../src/store/store.ts';
import type { LocalStore } from '../../src/store/upkeep-store.ts';

export const newHome = (): string => mkdtempSync(join(tmpdir(), 'store-'));

export const openHere = (home: string): Promise<LocalStore> =>
  openStore({ home, mode: 'write', inProcess: true, lockWaitMs: 50 });

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

export const PLACE = {
  repository: '/work/repo/.git',
  worktree: '/work/repo',
  remote: 'git@example.com:team/repo.git',
  branch: 'main',
  head: 'f'.repeat(40),
  host: 'laptop',
};

const ADA = { name: 'Ada', email: 'ada@example.com' };

export async function newSession(
  store: Store,
  facts: { readonly agent?: string; readonly conversation?: string; readonly atMs?: number } = {},
): Promise<string> {
  const id = newGrantId();
  const atMs = facts.atMs ?? 1000;
  await store.addGrant({
    id,
    tokenSha256: sha256(id),
    principal: ADA,
    identity: LOCAL_IDENTITY,
    place: PLACE,
    agent: facts.agent ?? null,
    openedAtMs: atMs,
    lastUsedAtMs: atMs,
    expiresAtMs: atMs + 60_000,
    endedAtMs: null,
  });
  const session = await store.joinSession(id, facts.conversation ?? null, {
    agent: facts.agent ?? 'claude-code',
    agentVersion: '2.0',
    place: PLACE,
    atMs,
    principal: ADA,
    identity: LOCAL_IDENTITY,
  });
  return session.id;
}

export const draft = (session: string, more: Partial<ExchangeDraft> = {}): ExchangeDraft => ({
  id: newExchangeId(),
  session,
  connection: 'anthropic',
  protocol: 'anthropic-messages',
  wire: 'anthropic-messages',
  method: 'POST',
  url: '/v1/messages',
  headers: [['content-type', 'application/json']],
  startedAtMs: 2000,
  requestSha256: sha256('request'),
  requestBytes: 7,
  slices: [Buffer.from('req'), Buffer.from('uest')],
  model: 'model-1',
  context: null,
  ...more,
});

export function marksOf(events: readonly EventMark[]): Uint8Array {
  const book = openMarkBook();
  for (const event of events) book.add(event);
  return book.bytes();
}

export const ending = (id: string, more: Partial<ExchangeEnd> = {}): ExchangeEnd => ({
  id,
  firstByteAtMs: 2010,
  endedAtMs: 2100,
  status: 200,
  outcome: 'ok',
  headers: [['content-type', 'text/event-stream']],
  model: 'model-1',
  stopReason: 'end_turn',
  usage: { inputTokens: 1, outputTokens: 2, cacheReadTokens: null, cacheWriteTokens: null },
  responseSha256: sha256('reply'),
  clientSha256: sha256('reply'),
  responseBytes: 5,
  marks: NO_MARKS,
  masks: [],
  emissions: [],
  ...more,
});

export const writing = (
  path: string,
  text: string,
  more: Partial<NewEmission> = {},
): NewEmission => ({
  callId: null,
  tool: 'Write',
  repository: PLACE.repository,
  path,
  edit: { kind: 'write', path, text },
  fingerprints: [],
  ...more,
});
