// A store as months of work leave it, the same for the same numbers: exchanges that each wrote one piece of code.
import { NO_MARKS } from '../../src/model/event-marks.ts';
import { LOCAL_IDENTITY } from '../../src/model/context.ts';
import { createHash } from 'node:crypto';
import { fingerprintEdit } from '../../src/match/fingerprints.ts';
import type { SearchText } from '../../src/model/search.ts';
import type { Edit } from '../../src/model/edit.ts';
import { openEmbeddedStore } from '../../src/store/embedded-store.ts';
import type { SyncStore } from '../../src/store/sync-store.ts';

export interface Filling {
  /** State directory. */
  readonly home: string;
  /** Common git directory. */
  readonly repository: string;
  readonly worktree: string;
  readonly exchanges: number;
  /** What exchange `index` wrote. */
  readonly written: (index: number) => Edit & { readonly path: string };
  /** What was asked and answered in it; absent: nothing that search could find. */
  readonly said?: (index: number) => Said;
  /** Replies as events, some characters each; else as one document. */
  readonly isStreamed?: boolean;
}

interface Said {
  readonly asked: string;
  readonly answered: string;
}

const MASK = {
  rule: 'github-pat',
  placeholder: 'AITRAIL_github_pat_01234567',
  direction: 'toAgent',
  isForwarded: false,
  channel: 'text',
  ranges: [],
} as const;

/** What is found again by its digest lies all over the tables: each commit writes almost every page of them. */
const TOGETHER = 20_000;
const CACHE_KIBIBYTES = 1_048_576;
const PER_SESSION = 200;
const START_MS = Date.parse('2026-01-02T03:04:05Z');
const STEP_MS = 10_000;

export function fillStore(filling: Filling): void {
  const { home } = filling;
  const store = openEmbeddedStore({
    home,
    mode: 'write',
    lockWaitMs: 1000,
    cacheKibibytes: CACHE_KIBIBYTES,
  });
  try {
    const key = store.calls.readKey();
    let session = '';
    for (let first = 0; first < filling.exchanges; first += TOGETHER)
      store.batch(() => {
        const end = Math.min(first + TOGETHER, filling.exchanges);
        for (let index = first; index < end; index += 1) {
          if (index % PER_SESSION === 0) session = addSession(store.calls, filling, index);
          addExchange({ calls: store.calls, filling, key, session }, index);
        }
      });
  } finally {
    store.close();
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

function addSession(calls: SyncStore, filling: Filling, index: number): string {
  const atMs = START_MS + index * STEP_MS;
  const principal = { name: 'Ada', email: 'ada@example.com' };
  const { repository, worktree } = filling;
  const place = { repository, worktree, remote: null, branch: 'main', head: null, host: 'laptop' };
  const id = `g${digest(`grant ${index}`).slice(0, 16)}`;
  calls.addGrant({
    id,
    tokenSha256: digest(id),
    principal,
    identity: LOCAL_IDENTITY,
    place,
    agent: 'claude-code',
    openedAtMs: atMs,
    lastUsedAtMs: atMs,
    expiresAtMs: atMs + 60_000,
    endedAtMs: null,
  });
  const facts = {
    agent: 'claude-code',
    agentVersion: '2.0',
    place,
    atMs,
    principal,
    identity: LOCAL_IDENTITY,
  };
  return calls.joinSession(id, `conversation ${index}`, facts).id;
}

interface FillWork {
  readonly calls: SyncStore;
  readonly filling: Filling;
  readonly key: Uint8Array;
  readonly session: string;
}

function addExchange({ calls, filling, key, session }: FillWork, index: number): void {
  const edit = filling.written(index);
  const id = `x${digest(`exchange ${index}`).slice(0, 12)}`;
  const startedAtMs = START_MS + index * STEP_MS;
  const said = filling.said?.(index);
  const request = Buffer.from(said === undefined ? `{"n":${index}}` : requestOf(said));
  calls.beginExchange({
    id,
    session,
    connection: 'anthropic',
    protocol: 'anthropic-messages',
    wire: 'anthropic-messages',
    method: 'POST',
    url: '/v1/messages',
    headers: [['content-type', 'application/json']],
    startedAtMs,
    requestSha256: digest(id),
    requestBytes: request.length,
    slices: [request],
    model: 'model-1',
    context: null,
  });
  if (said !== undefined)
    calls.appendReply(id, Buffer.from((filling.isStreamed === true ? streamOf : replyOf)(said)));
  calls.endExchange({
    id,
    texts: textsOf(said),
    firstByteAtMs: startedAtMs + 100,
    endedAtMs: startedAtMs + 2000,
    status: 200,
    outcome: 'ok',
    headers: [['content-type', 'text/event-stream']],
    model: 'model-1',
    stopReason: 'tool_use',
    usage: null,
    responseSha256: digest(id),
    clientSha256: digest(id),
    responseBytes: 1000,
    marks: NO_MARKS,
    masks: index % 50 === 0 ? [MASK] : [],
    emissions: [
      {
        callId: `call-${index}`,
        tool: 'Write',
        repository: filling.repository,
        path: edit.path,
        edit,
        fingerprints: fingerprintEdit(key, edit),
      },
    ],
  });
}

const requestOf = ({ asked }: Said): string =>
  JSON.stringify({ model: 'model-1', messages: [{ role: 'user', content: asked }] });

const replyOf = ({ answered }: Said): string =>
  JSON.stringify({ type: 'message', content: [{ type: 'text', text: answered }] });

const PIECE_CHARACTERS = 12;

const streamOf = ({ answered }: Said): string =>
  Array.from({ length: Math.ceil(answered.length / PIECE_CHARACTERS) }, (_, i) => {
    const text = answered.slice(i * PIECE_CHARACTERS, (i + 1) * PIECE_CHARACTERS);
    const data = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } };
    return `event: content_block_delta\ndata: ${JSON.stringify(data)}\n\n`;
  }).join('');

const textsOf = (said: Said | undefined): readonly SearchText[] =>
  said === undefined
    ? []
    : [
        { kind: 'prompt', text: said.asked },
        { kind: 'answer', text: said.answered },
      ];
