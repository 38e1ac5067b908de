// The store of a team: PostgreSQL, many instances on one database.
import type { NoteSigner } from '../../log/note.ts';
import type { ContentStore } from '../content-store.ts';
import type { SearchStore } from '../search-store.ts';
import type { Store } from '../store.ts';
import type { LocalStore } from '../upkeep-store.ts';
import { checkRecords } from './check-records.ts';
import * as checkpoints from './checkpoints.ts';
import { connect, nameOfPlace, type PostgresPlace } from './connect.ts';
import { type Core, openCore } from './core.ts';
import * as emissions from './emissions.ts';
import * as events from './events.ts';
import * as content from './content.ts';
import { readEvidence } from './evidence.ts';
import * as reads from './exchange-reads.ts';
import * as writes from './exchange-writes.ts';
import { closeInstance, keepHouse } from './instances.ts';
import { logSize, readLog } from './log.ts';
import { migrate } from './migrate.ts';
import { addObservations, findObservations } from './observations.ts';
import * as sessions from './sessions.ts';
import { openObjectRows, throughObjects } from './object-rows.ts';
import { type ObjectPlace, openObjects } from './objects.ts';
import { searchExchanges } from './search.ts';
import { openSql } from './sql.ts';
import { teamCalls } from './team.ts';
import * as texts from './texts.ts';
import { upkeepCalls } from './upkeep.ts';
import * as vault from './vault.ts';

export interface PostgresOptions {
  readonly place: PostgresPlace;
  /** Where large pieces lie; absent: with the others. */
  readonly objects?: ObjectPlace;
  /** How large, for tests. */
  readonly objectBytesMin?: number;
  readonly mode: 'write' | 'read';
  /** The log's key, asked for when something is to be signed; null: what others signed is read. */
  readonly signer: () => NoteSigner | null;
  /** How long a call waits for a server that is away. Default 15 s. */
  readonly patienceMs?: number;
  /** How long an instance may be silent before others close what it left open. Default 30 s. */
  readonly lapseMs?: number;
}

const PATIENCE_MS = 15_000;
const LAPSE_MS = 30_000;

/** @throws Fault PEER_MISSING, STORE_UNREACHABLE, STORE_REFUSED, STORE_NEWER. */
export async function openPostgresStore(options: PostgresOptions): Promise<LocalStore> {
  const { place, mode, patienceMs = PATIENCE_MS, lapseMs = LAPSE_MS } = options;
  const objects = options.objects === undefined ? null : await openObjects(options.objects);
  const tables = openSql(await connect(place, mode), patienceMs);
  const sql = throughObjects(tables, objects);
  const core = openCore(sql, openObjectRows(sql, objects, options.objectBytesMin));
  const log = { signer: options.signer, isWriter: mode === 'write' };
  try {
    await migrate(tables, nameOfPlace(place.url));
    const house = mode === 'write' ? await openHouse(core, log, lapseMs) : null;
    return {
      ...recordCalls(core),
      ...searchCalls(core),
      ...contentCalls(core),
      ...evidenceCalls(core),
      ...logCalls(core, log),
      ...upkeepCalls(core, objects),
      close: async () => {
        await house?.close();
        await sql.close();
      },
    };
  } catch (thrown) {
    await sql.close();
    throw thrown;
  }
}

/** Rounds in the time after which an instance counts as silent. */
const ROUNDS = 6;

/** What a writer does besides answering. */
async function openHouse(
  core: Core,
  log: checkpoints.LogSigner,
  lapseMs: number,
): Promise<{ close(): Promise<void> }> {
  let signedSize = 0;
  let isClosed = false;
  const sign = async (): Promise<void> => {
    if (log.signer() === null || (await logSize(core.sql.ask)) === signedSize) return;
    signedSize = (await checkpoints.signCheckpoint(core.sql, log)).size;
  };
  const round = async (): Promise<void> => {
    await keepHouse(core, lapseMs);
    await core.objects.sweep();
    await sign();
  };
  await round();
  let working: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    // a round that fails is made up for by the next one; the server may be away
    working = working.then(() => (isClosed ? undefined : round())).catch(() => undefined);
  }, lapseMs / ROUNDS).unref();
  return {
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      clearInterval(timer);
      await working;
      await closeInstance(core, core.instance);
      await sign();
    },
  };
}

type LogCall =
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

function logCalls({ sql }: Core, log: checkpoints.LogSigner): Pick<Store, LogCall> {
  const { ask } = sql;
  return {
    appendLog: (leaf) => events.appendLog(sql, leaf),
    logSize: () => logSize(ask),
    readLog: (first, count) => readLog(ask, first, count),
    signCheckpoint: () => checkpoints.signCheckpoint(sql, log),
    // the rows are the log: no files are derived from them
    rewriteLogFiles: () => Promise.resolve(),
    lastCheckpoint: () => checkpoints.lastCheckpoint(ask),
    proveLeaf: (index) => checkpoints.proveLeaf(sql, log, index),
    proveGrowth: (oldSize, newSize) => checkpoints.proveGrowth(ask, oldSize, newSize),
    findContradiction: (claim) => checkpoints.findContradiction(ask, claim),
    checkRecords: (first, count) => checkRecords(ask, first, count),
  };
}

type RecordCall =
  | 'addGrant'
  | 'findGrant'
  | 'touchGrant'
  | 'endGrant'
  | 'joinSession'
  | 'listSessions'
  | 'countSessions'
  | 'findSession'
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

function recordCalls(core: Core): Pick<Store, RecordCall> {
  const { ask } = core.sql;
  return {
    addGrant: (grant) => sessions.addGrant(ask, grant),
    findGrant: (sha256) => sessions.findGrant(ask, sha256),
    touchGrant: (id, atMs) => sessions.touchGrant(ask, id, atMs),
    endGrant: (id, atMs) => sessions.endGrant(ask, id, atMs),
    joinSession: (grant, conversation, facts) =>
      sessions.joinSession(ask, { grant, conversation }, facts),
    listSessions: (filter) => sessions.listSessions(ask, filter),
    countSessions: (filter) => sessions.countSessions(ask, filter),
    findSession: (prefix) => sessions.findSession(ask, prefix),
    beginExchange: (draft) => writes.beginExchange(core, draft),
    appendReply: (id, bytes) => writes.appendReply(core, id, bytes),
    endExchange: (end) => writes.endExchange(core, end),
    listExchanges: (session) => reads.listExchanges(core, session),
    findExchange: (prefix) => reads.findExchange(ask, prefix),
    readHeaders: (id) => reads.readHeaders(core, id),
    readContext: (id) => reads.readContext(core, id),
    readRequest: (id) => reads.readRequest(core, id),
    readReply: (id) => reads.readReply(core, id),
    readEvents: (id) => reads.readEvents(core, id),
    readEvidence: (id) => readEvidence(ask, id),
    countExchanges: () => reads.countExchanges(ask),
  };
}

function searchCalls(core: Core): Omit<SearchStore, keyof ContentStore> {
  const { ask } = core.sql;
  return {
    searchExchanges: (query, limit) => searchExchanges(core, query, limit),
    listUnindexed: (limit) => texts.listUnindexed(ask, limit),
    indexExchange: (id, said) => texts.indexExchange(core.sql, id, said),
  };
}

const contentCalls = ({ sql: { ask } }: Core): ContentStore => ({
  cutContent: () => content.cutContent(ask),
  findForms: (block, forms) => content.findForms(ask, block, forms),
  findHolders: (hits) => content.findHolders(ask, hits),
  countTextless: () => content.countTextless(ask),
});

type EvidenceCall = Exclude<
  keyof Store,
  RecordCall | LogCall | keyof SearchStore | keyof ContentStore | 'close'
>;

function evidenceCalls(core: Core): Pick<Store, EvidenceCall> {
  const { ask } = core.sql;
  return {
    setOutcome: (session, callId, outcome) =>
      emissions.setOutcome(ask, { session, callId }, outcome),
    reportOutcome: (report) => emissions.reportOutcome(ask, report),
    findEmissions: (query) => emissions.findEmissions(ask, query),
    listEmissions: (exchange) => reads.listEmissions(core, exchange),
    addObservations: (seen) => addObservations(core, seen),
    findObservations: (repository, paths) => findObservations(ask, repository, paths),
    addCommit: (record, leaf) => events.addCommit(core.sql, record, leaf),
    findCommits: (exchange) => events.findCommits(ask, exchange),
    findCommit: (commit) => events.findCommit(ask, commit),
    ...teamCalls(core.sql),
    addEvent: (event) => events.addEvent(core.sql, event),
    listEvents: (filter) => events.listEvents(ask, filter),
    putSecret: (entry) => vault.putSecret(ask, entry),
    findSecret: (placeholder, nowMs) => vault.findSecret(ask, placeholder, nowMs),
    readKey: () => checkpoints.readKey(ask),
  };
}
