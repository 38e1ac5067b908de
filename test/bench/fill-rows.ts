// The rows of exchanges that have ended, each written once and whole: by the store's calls most are written, read and
// written again. What says how a thing lies in its row is asked of the store's own functions.
import { randomBytes } from 'node:crypto';
import type { Database } from '../../src/store/database.ts';
import { digestWritten } from '../../src/store/emission-row.ts';
import { addEmissions } from '../../src/store/emission-rows.ts';
import { formatExchangeLeaf } from '../../src/store/exchange-leaf.ts';
import type { ExchangeRow } from '../../src/store/exchange-row.ts';
import { addGrant } from '../../src/store/grant-rows.ts';
import { indexedWords } from '../../src/store/indexed-words.ts';
import type { RecentLists } from '../../src/store/list-shape.ts';
import { putList } from '../../src/store/lists.ts';
import { appendLeaf } from '../../src/store/log-rows.ts';
import { digestOfParts, partDigest, putParts } from '../../src/store/parts.ts';
import { joinSession, sessionNumber } from '../../src/store/session-rows.ts';
import type { ExchangeEnd } from '../../src/store/store.ts';
import { exchangeAt, type FilledExchange, type FilledSession, type Filling } from './filling.ts';

export interface SessionRef {
  readonly id: string;
  readonly n: number;
}

export interface RowWriter {
  readonly openSession: (opened: FilledSession) => SessionRef;
  /** To be called in order. */
  readonly addExchange: (session: SessionRef, index: number) => void;
  /** What a session says of its exchanges, once they are there. */
  readonly endSession: (session: SessionRef) => void;
}

/** @param database empty. @param key what fingerprints are made with. */
export function openRowWriter(database: Database, filling: Filling, key: Uint8Array): RowWriter {
  const lists: RecentLists = new Map();
  return {
    openSession: ({ grant, conversation, facts }) => {
      addGrant(database, grant);
      const { id } = joinSession(database, { grant: grant.id, conversation }, facts);
      return { id, n: sessionNumber(database, id) };
    },
    addExchange: (session, index) => {
      const filled = exchangeAt({ filling, key, session: session.id }, index);
      const { parts, digest } = putParts(database, filled.draft.slices);
      const [requestHeaders = 0] = putJson(database, filled.draft.headers);
      const list = putList(database, parts, { lists, group: `session ${session.n}` });
      const n = index + 1;
      const reply = filled.reply.length === 0 ? [] : putParts(database, [filled.reply]).parts;
      const [responseHeaders = 0] = putJson(database, filled.end.headers);
      const row: StoredRow = {
        ...rowOf(filled),
        n,
        session: session.n,
        request_record: digest,
        request_headers: requestHeaders,
        response_headers: responseHeaders,
        request_list: list,
        salt: randomBytes(16),
      };
      const { endedAtMs, emissions, texts = [] } = filled.end;
      const leaf = formatExchangeLeaf(
        { ...row, session_id: session.id },
        {
          context: null,
          emissions: digestWritten(
            emissions.map((emission) => ({ ...emission, edit: JSON.stringify(emission.edit) })),
          ),
          reply: digestOfParts(database, reply),
          requestHeaders: partDigest(database, requestHeaders),
          responseHeaders: partDigest(database, responseHeaders),
        },
      );
      putRow(database, { ...row, log_index: appendLeaf(database, leaf) });
      for (const part of reply)
        database.run('INSERT INTO reply_parts (exchange, seq, part) VALUES (?, 0, ?)', [n, part]);
      addEmissions(database, { exchange: n, session: session.n, atMs: endedAtMs }, emissions);
      putWords(database, n, texts);
    },
    endSession: ({ n }) => {
      database.run(
        `UPDATE sessions SET (exchanges, last_ms) =
           (SELECT count(*), max(ended_ms) FROM exchanges WHERE session = ?1) WHERE n = ?1`,
        [n],
      );
      database.run(
        `INSERT INTO session_models (session, model)
         SELECT DISTINCT session, model FROM exchanges WHERE session = ?`,
        [n],
      );
    },
  };
}

const putJson = (database: Database, value: unknown): readonly number[] =>
  putParts(database, [Buffer.from(JSON.stringify(value))]).parts;

type StoredRow = Omit<ExchangeRow, 'session_id'>;

type OwnColumns = Omit<
  StoredRow,
  | 'n'
  | 'session'
  | 'request_record'
  | 'request_headers'
  | 'response_headers'
  | 'request_list'
  | 'salt'
>;

const rowOf = ({ draft, end }: FilledExchange): OwnColumns => ({
  id: draft.id,
  connection: draft.connection,
  protocol: draft.protocol,
  wire: draft.wire,
  method: draft.method,
  url: draft.url,
  started_ms: draft.startedAtMs,
  first_ms: end.firstByteAtMs,
  ended_ms: end.endedAtMs,
  status: end.status,
  outcome: end.outcome,
  model: end.model,
  agent: 'claude-code',
  stop_reason: end.stopReason,
  usage: null,
  request_sha256: draft.requestSha256,
  response_sha256: end.responseSha256,
  client_sha256: end.clientSha256,
  request_bytes: draft.requestBytes,
  response_bytes: end.responseBytes,
  masks: end.masks.length === 0 ? null : JSON.stringify(end.masks),
  marks: end.marks,
  context: null,
  log_index: null,
});

function putRow(database: Database, row: StoredRow): void {
  const columns = { ...row, indexed: 1 };
  database.run(
    `INSERT INTO exchanges (${Object.keys(columns).join()}) VALUES (${Object.keys(columns)
      .map(() => '?')
      .join()})`,
    Object.values(columns),
  );
}

function putWords(database: Database, n: number, texts: NonNullable<ExchangeEnd['texts']>): void {
  const { words, parts } = indexedWords(texts);
  if (words.length > 0)
    database.run('INSERT INTO texts (rowid, words, parts) VALUES (?, ?, ?)', [
      n,
      words.join(' '),
      parts.join(' '),
    ]);
}
