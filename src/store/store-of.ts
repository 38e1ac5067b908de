// The store's calls, each handed to whoever answers them.
import type { Store } from './store.ts';
import type { LocalStore, UpkeepStore } from './upkeep-store.ts';
import type { TeamStore } from './team-store.ts';
import type { CallName } from './sync-store.ts';

export type Ask = <Name extends CallName>(
  name: Name,
  ...args: Parameters<LocalStore[Name]>
) => Promise<Awaited<ReturnType<LocalStore[Name]>>>;

type ProofCall =
  | 'addCommit'
  | 'findCommits'
  | 'findCommit'
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
  | 'checkRecords'
  | 'putSecret'
  | 'findSecret'
  | 'readKey';

export const storeOf = (ask: Ask, close: () => Promise<void>): LocalStore => ({
  ...talkCalls(ask),
  ...proofCalls(ask),
  ...teamCalls(ask),
  ...upkeepCalls(ask),
  close,
});

/** What was said, and what it wrote. */
const talkCalls = (ask: Ask): Omit<Store, ProofCall | keyof TeamStore | 'close'> => ({
  addGrant: (grant) => ask('addGrant', grant),
  findGrant: (tokenSha256) => ask('findGrant', tokenSha256),
  touchGrant: (id, atMs) => ask('touchGrant', id, atMs),
  endGrant: (id, atMs) => ask('endGrant', id, atMs),
  joinSession: (...args) => ask('joinSession', ...args),
  listSessions: (filter) => ask('listSessions', filter),
  countSessions: (filter) => ask('countSessions', filter),
  findSession: (prefix) => ask('findSession', prefix),
  beginExchange: (draft) => ask('beginExchange', draft),
  appendReply: (exchange, bytes) => ask('appendReply', exchange, bytes),
  endExchange: (end) => ask('endExchange', end),
  listExchanges: (session) => ask('listExchanges', session),
  findExchange: (prefix) => ask('findExchange', prefix),
  readHeaders: (exchange) => ask('readHeaders', exchange),
  readContext: (exchange) => ask('readContext', exchange),
  readRequest: (exchange) => ask('readRequest', exchange),
  readReply: (exchange) => ask('readReply', exchange),
  readEvents: (exchange) => ask('readEvents', exchange),
  readEvidence: (exchange) => ask('readEvidence', exchange),
  searchExchanges: (query, limit) => ask('searchExchanges', query, limit),
  listUnindexed: (limit) => ask('listUnindexed', limit),
  indexExchange: (exchange, texts) => ask('indexExchange', exchange, texts),
  countExchanges: () => ask('countExchanges'),
  cutContent: () => ask('cutContent'),
  findForms: (...args) => ask('findForms', ...args),
  findHolders: (hits) => ask('findHolders', hits),
  countTextless: () => ask('countTextless'),
  setOutcome: (...args) => ask('setOutcome', ...args),
  reportOutcome: (report) => ask('reportOutcome', report),
  findEmissions: (query) => ask('findEmissions', query),
  listEmissions: (exchange) => ask('listEmissions', exchange),
  addObservations: (observations) => ask('addObservations', observations),
  findObservations: (repository, paths) => ask('findObservations', repository, paths),
});

/** Commits, events, the log and the vault. */
const proofCalls = (ask: Ask): Pick<Store, ProofCall> => ({
  addCommit: (record, leaf) => ask('addCommit', record, leaf),
  findCommits: (exchange) => ask('findCommits', exchange),
  findCommit: (commit) => ask('findCommit', commit),
  addEvent: (event) => ask('addEvent', event),
  listEvents: (filter) => ask('listEvents', filter),
  appendLog: (leaf) => ask('appendLog', leaf),
  logSize: () => ask('logSize'),
  readLog: (firstIndex, count) => ask('readLog', firstIndex, count),
  signCheckpoint: () => ask('signCheckpoint'),
  rewriteLogFiles: () => ask('rewriteLogFiles'),
  lastCheckpoint: () => ask('lastCheckpoint'),
  proveLeaf: (index) => ask('proveLeaf', index),
  proveGrowth: (oldSize, newSize) => ask('proveGrowth', oldSize, newSize),
  findContradiction: (claim) => ask('findContradiction', claim),
  checkRecords: (firstIndex, count) => ask('checkRecords', firstIndex, count),
  putSecret: (entry) => ask('putSecret', entry),
  findSecret: (placeholder, nowMs) => ask('findSecret', placeholder, nowMs),
  readKey: () => ask('readKey'),
});

/** What a team's gateways share. */
const teamCalls = (ask: Ask): TeamStore => ({
  keepWitnessed: (seen) => ask('keepWitnessed', seen),
  findWitnessed: (origin) => ask('findWitnessed', origin),
  proveInclusion: (index, size) => ask('proveInclusion', index, size),
  keepOnce: (entry) => ask('keepOnce', entry),
  takeOnce: (id, nowMs) => ask('takeOnce', id, nowMs),
  keepAsked: (asked) => ask('keepAsked', asked),
  listAsked: (limit) => ask('listAsked', limit),
  findAsked: (prefix) => ask('findAsked', prefix),
  decideAsked: (decision) => ask('decideAsked', decision),
  useAsked: (key, nowMs) => ask('useAsked', key, nowMs),
});

/** Taking away and holding. */
const upkeepCalls = (ask: Ask): UpkeepStore => ({
  countRemovable: (removal) => ask('countRemovable', removal),
  listWorktrees: (beforeMs) => ask('listWorktrees', beforeMs),
  removeExchanges: (removal, by) => ask('removeExchanges', removal, by),
  findGarbage: () => ask('findGarbage'),
  dropGarbage: (garbage) => ask('dropGarbage', garbage),
  dropFingerprints: (from) => ask('dropFingerprints', from),
  isUnswept: () => ask('isUnswept'),
  compact: (isFirst) => ask('compact', isFirst),
  addHold: (hold) => ask('addHold', hold),
  removeHold: (session) => ask('removeHold', session),
  listHolds: () => ask('listHolds'),
  listGone: () => ask('listGone'),
  countStrays: () => ask('countStrays'),
  findGone: (logIndex) => ask('findGone', logIndex),
});
