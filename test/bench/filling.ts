// What months of work leave in a store, the same for the same numbers: exchanges that each wrote one piece of code.
import { fingerprintEdit } from '../../src/match/fingerprints.ts';
import { LOCAL_IDENTITY } from '../../src/model/context.ts';
import type { Edit } from '../../src/model/edit.ts';
import { NO_MARKS } from '../../src/model/event-marks.ts';
import type { SearchText } from '../../src/model/search.ts';
import { sha256Hex } from '../../src/model/sha256.ts';
import type { Grant } from '../../src/model/session.ts';
import type { ExchangeDraft, ExchangeEnd, OpeningFacts } from '../../src/store/store.ts';

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

export const PER_SESSION = 200;
const START_MS = Date.parse('2026-01-02T03:04:05Z');
const STEP_MS = 10_000;

export interface FilledSession {
  readonly grant: Grant;
  readonly conversation: string;
  readonly facts: OpeningFacts;
}

/** The session that begins with exchange `index`. */
export function sessionAt({ repository, worktree }: Filling, index: number): FilledSession {
  const atMs = START_MS + index * STEP_MS;
  const principal = { name: 'Ada', email: 'ada@example.com' };
  const place = { repository, worktree, remote: null, branch: 'main', head: null, host: 'laptop' };
  const who = { agent: 'claude-code', principal, identity: LOCAL_IDENTITY, place };
  const id = `g${sha256Hex(`grant ${index}`).slice(0, 16)}`;
  const grant = {
    id,
    tokenSha256: sha256Hex(id),
    ...who,
    openedAtMs: atMs,
    lastUsedAtMs: atMs,
    expiresAtMs: atMs + 60_000,
    endedAtMs: null,
  };
  return {
    grant,
    conversation: `conversation ${index}`,
    facts: { ...who, agentVersion: '2.0', atMs },
  };
}

export interface FillWork {
  readonly filling: Filling;
  /** The store's. */
  readonly key: Uint8Array;
  /** Id of its session. */
  readonly session: string;
}

export interface FilledExchange {
  readonly draft: ExchangeDraft;
  readonly reply: Uint8Array;
  readonly end: ExchangeEnd;
}

export function exchangeAt(work: FillWork, index: number): FilledExchange {
  const { filling, session } = work;
  const id = `x${sha256Hex(`exchange ${index}`).slice(0, 12)}`;
  const startedAtMs = START_MS + index * STEP_MS;
  const said = filling.said?.(index);
  const request = Buffer.from(said === undefined ? `{"n":${index}}` : requestOf(said));
  const draft: ExchangeDraft = {
    id,
    session,
    connection: 'anthropic',
    protocol: 'anthropic-messages',
    wire: 'anthropic-messages',
    method: 'POST',
    url: '/v1/messages',
    headers: [['content-type', 'application/json']],
    startedAtMs,
    requestSha256: sha256Hex(id),
    requestBytes: request.length,
    slices: [request],
    model: 'model-1',
    context: null,
  };
  const answer = filling.isStreamed === true ? streamOf : replyOf;
  return {
    draft,
    reply: Buffer.from(said === undefined ? '' : answer(said)),
    end: { ...endOf(draft, index), texts: textsOf(said), emissions: [emissionAt(work, index)] },
  };
}

const endOf = (
  { id, startedAtMs, requestSha256 }: ExchangeDraft,
  index: number,
): Omit<ExchangeEnd, 'texts' | 'emissions'> => ({
  id,
  firstByteAtMs: startedAtMs + 100,
  endedAtMs: startedAtMs + 2000,
  status: 200,
  outcome: 'ok',
  headers: [['content-type', 'text/event-stream']],
  model: 'model-1',
  stopReason: 'tool_use',
  usage: null,
  responseSha256: requestSha256,
  clientSha256: requestSha256,
  responseBytes: 1000,
  marks: NO_MARKS,
  masks: index % 50 === 0 ? [MASK] : [],
});

function emissionAt({ filling, key }: FillWork, index: number): ExchangeEnd['emissions'][number] {
  const edit = filling.written(index);
  return {
    callId: `call-${index}`,
    tool: 'Write',
    repository: filling.repository,
    path: edit.path,
    edit,
    fingerprints: fingerprintEdit(key, edit),
  };
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
