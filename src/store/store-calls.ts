// The store's calls, each answered from its tables.
import { formatProof } from '../log/checkpoint.ts';
import { proveConsistency, proveInclusion } from '../log/tree.ts';
import { Fault } from '../model/fault.ts';
import { checkRecords, findContradiction } from './check-records.ts';
import * as commits from './commit-rows.ts';
import { refine, type Database } from './database.ts';
import * as emissions from './emission-rows.ts';
import * as events from './event-rows.ts';
import { readEvidence } from './evidence.ts';
import * as exchanges from './exchange-rows.ts';
import * as grants from './grant-rows.ts';
import type { RecentLists } from './list-shape.ts';
import { lastCheckpoint, publishLog, rewriteLogFiles, signLog } from './log-files.ts';
import { appendLeaf, logSize, nodeReader, readLog } from './log-rows.ts';
import { addObservations, findObservations } from './observation-rows.ts';
import { appendReply, readReply, type TailBytes } from './reply-rows.ts';
import * as content from './content-rows.ts';
import { findHolders } from './holder-rows.ts';
import type { ContentStore } from './content-store.ts';
import * as search from './search-rows.ts';
import * as sessions from './session-rows.ts';
import type { LeafProof, SignedCheckpoint } from './store.ts';
import type { SyncStore } from './sync-store.ts';
import { indexAll, type TextQueue } from './text-queue.ts';
import { teamCalls } from './team-calls.ts';
import { upkeepCalls } from './upkeep-calls.ts';

/** What is remembered between calls; all of it can be read again from the rows. */
export interface Memory {
  readonly lists: RecentLists;
  readonly tails: TailBytes;
  /** Read again by `listUnindexed`. */
  readonly texts: TextQueue;
  /** Leaves that the files cover; null before somebody asked. */
  published: number | null;
}

export interface Core {
  readonly database: Database;
  readonly home: string;
  readonly isWriter: boolean;
  readonly memory: Memory;
  /** Runs a writing call; forgets what is remembered where it fails. */
  readonly write: <T>(work: () => T) => T;
}

/** Every call of the store. */
export const storeCalls = (core: Core): SyncStore => ({
  ...sessionCalls(core),
  ...exchangeCalls(core),
  ...searchCalls(core),
  ...contentCalls(core),
  ...upkeepCalls(core),
  ...evidenceCalls(core),
  ...logCalls(core),
  ...teamCalls(core),
});

type SessionCall = 'addGrant' | 'findGrant' | 'touchGrant' | 'endGrant' | 'joinSession';

function sessionCalls({
  database,
  write,
}: Core): Pick<
  SyncStore,
  SessionCall | 'listSessions' | 'countSessions' | 'findSession' | 'readKey'
> {
  return {
    addGrant: (grant) => write(() => grants.addGrant(database, grant)),
    findGrant: (sha256) => refine(() => grants.findGrant(database, sha256)),
    touchGrant: (id, atMs) => write(() => grants.touchGrant(database, id, atMs)),
    endGrant: (id, atMs) => write(() => grants.endGrant(database, id, atMs)),
    joinSession: (grant, conversation, facts) =>
      write(() => sessions.joinSession(database, { grant, conversation }, facts)),
    listSessions: (filter) => refine(() => sessions.listSessions(database, filter)),
    countSessions: (filter) => refine(() => sessions.countSessions(database, filter)),
    findSession: (prefix) => refine(() => sessions.findSession(database, prefix)),
    readKey: () => refine(() => readKey(database)),
  };
}

type ExchangeCall =
  | 'beginExchange'
  | 'appendReply'
  | 'endExchange'
  | 'listExchanges'
  | 'findExchange'
  | 'readHeaders'
  | 'readContext'
  | 'readRequest'
  | 'readReply'
  | 'readEvents'
  | 'readEvidence'
  | 'countExchanges';

function exchangeCalls({ database, memory, write }: Core): Pick<SyncStore, ExchangeCall> {
  return {
    beginExchange: (draft) => write(() => exchanges.beginExchange(database, memory.lists, draft)),
    appendReply: (id, bytes) =>
      write(() => {
        const exchange = exchanges.openNumber(database, id);
        appendReply(database, memory.tails, { exchange, bytes });
      }),
    endExchange: (end) => write(() => exchanges.endExchange(database, memory, end)),
    listExchanges: (session) => refine(() => exchanges.listExchanges(database, session)),
    findExchange: (prefix) => refine(() => exchanges.findExchange(database, prefix)),
    readHeaders: (id) => refine(() => exchanges.readHeaders(database, id)),
    readContext: (id) => refine(() => exchanges.readContext(database, id)),
    readRequest: (id) => refine(() => exchanges.readRequest(database, id)),
    readReply: (id) => refine(() => readReply(database, exchanges.exchangeRow(database, id).n)),
    readEvents: (id) => refine(() => exchanges.readEvents(database, id)),
    readEvidence: (id) => refine(() => readEvidence(database, id)),
    countExchanges: () =>
      refine(() => database.get<{ n: number }>('SELECT count(*) AS n FROM exchanges')?.n ?? 0),
  };
}

type SearchCall = 'searchExchanges' | 'listUnindexed' | 'indexExchange';

function searchCalls({ database, memory, write }: Core): Pick<SyncStore, SearchCall> {
  const indexed = <T>(work: () => T): T => {
    if (memory.texts.byExchange.size > 0) write(() => indexAll(database, memory.texts));
    return refine(work);
  };
  return {
    searchExchanges: (query, limit) =>
      indexed(() => search.searchExchanges(database, query, { limit })),
    listUnindexed: (limit) => indexed(() => search.listUnindexed(database, limit)),
    indexExchange: (id, texts) =>
      write(() => search.putTexts(database, exchanges.exchangeRow(database, id).n, texts)),
  };
}

const contentCalls = ({ database }: Core): Pick<SyncStore, keyof ContentStore> => ({
  cutContent: () => refine(() => content.cutContent(database)),
  findForms: (block, forms) => refine(() => content.findForms(database, block, forms)),
  findHolders: (hits) => refine(() => findHolders(database, hits)),
  countTextless: () => refine(() => content.countTextless(database)),
});

type EvidenceCall =
  | 'setOutcome'
  | 'reportOutcome'
  | 'findEmissions'
  | 'listEmissions'
  | 'addObservations'
  | 'findObservations'
  | 'findCommits'
  | 'findCommit'
  | 'putSecret'
  | 'findSecret';

function evidenceCalls({ database, memory, write }: Core): Pick<SyncStore, EvidenceCall> {
  return {
    setOutcome: (session, callId, outcome) =>
      write(() => emissions.setOutcome(database, { session, callId }, outcome)),
    reportOutcome: (report) => write(() => emissions.reportOutcome(database, report)),
    findEmissions: (query) => refine(() => emissions.findEmissions(database, query)),
    listEmissions: (exchange) => refine(() => emissions.listEmissions(database, exchange)),
    addObservations: (seen) => write(() => addObservations(database, memory.lists, seen)),
    findObservations: (repository, paths) =>
      refine(() => findObservations(database, repository, paths)),
    findCommits: (exchange) => refine(() => commits.findCommits(database, exchange)),
    findCommit: (commit) => refine(() => commits.findCommit(database, commit)),
    putSecret: (entry) => write(() => commits.putSecret(database, entry)),
    findSecret: (placeholder, nowMs) =>
      refine(() => commits.findSecret(database, placeholder, nowMs)),
  };
}

type LogCall =
  | 'addCommit'
  | 'addEvent'
  | 'listEvents'
  | 'appendLog'
  | 'logSize'
  | 'readLog'
  | 'signCheckpoint'
  | 'rewriteLogFiles'
  | 'lastCheckpoint'
  | 'proveLeaf'
  | 'proveGrowth'
  | 'findContradiction'
  | 'checkRecords';

function logCalls(core: Core): Pick<SyncStore, LogCall> {
  const { database, write } = core;
  return {
    addCommit: (record, leaf) => write(() => commits.addCommit(database, record, leaf)),
    addEvent: (event) => write(() => events.addEvent(database, event)),
    listEvents: (filter) => refine(() => events.listEvents(database, filter)),
    appendLog: (leaf) => write(() => ({ logIndex: appendLeaf(database, leaf) })),
    logSize: () => refine(() => logSize(database)),
    readLog: (first, count) => refine(() => readLog(database, first, count)),
    signCheckpoint: () => refine(() => checkpointOf(core)),
    rewriteLogFiles: () => refine(() => rewriteLogFiles(database, core.home)),
    lastCheckpoint: () => refine(() => lastCheckpoint(database)),
    proveLeaf: (index) => refine(() => proveLeaf(core, index)),
    proveGrowth: (oldSize, newSize) =>
      refine(() => proveConsistency(nodeReader(database), oldSize, newSize)),
    findContradiction: (claim) => refine(() => findContradiction(database, claim)),
    checkRecords: (first, count) => refine(() => checkRecords(database, first, count)),
  };
}

/** A reader signs without publishing: the writer's files are not its own. */
function checkpointOf({ database, home, isWriter, memory }: Core): SignedCheckpoint {
  if (!isWriter) return signLog(database, home);
  const checkpoint = publishLog(database, home);
  memory.published = checkpoint.size;
  return checkpoint;
}

function proveLeaf(core: Core, index: number): LeafProof {
  const { origin, vkey, size, note } = checkpointOf(core);
  const path = proveInclusion(nodeReader(core.database), index, size);
  return { origin, vkey, proof: formatProof({ index, path, checkpoint: note }) };
}

function readKey(database: Database): Uint8Array {
  const row = database.get<{ value: Uint8Array }>(`SELECT value FROM meta WHERE name = 'key'`);
  if (row === undefined) throw new Fault('STORE_UNREADABLE', 'store: its key is missing');
  return Uint8Array.from(row.value);
}
