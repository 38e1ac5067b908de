// A team's calls, answered from the embedded store's tables.
import { proveInclusion } from '../log/tree.ts';
import * as asked from './asked-rows.ts';
import { refine } from './database.ts';
import { nodeReader } from './log-rows.ts';
import { keepOnce, takeOnce } from './once-rows.ts';
import type { Core } from './store-calls.ts';
import type { SyncStore } from './sync-store.ts';
import type { TeamStore } from './team-store.ts';
import * as witnessed from './witnessed-rows.ts';

export const teamCalls = ({ database, write }: Core): Pick<SyncStore, keyof TeamStore> => ({
  keepWitnessed: (seen) => write(() => witnessed.keepWitnessed(database, seen)),
  findWitnessed: (origin) => refine(() => witnessed.findWitnessed(database, origin)),
  proveInclusion: (index, size) => refine(() => proveInclusion(nodeReader(database), index, size)),
  keepOnce: (entry) => write(() => keepOnce(database, entry, Date.now())),
  takeOnce: (id, nowMs) => write(() => takeOnce(database, id, nowMs)),
  keepAsked: (request) => write(() => asked.keepAsked(database, request)),
  listAsked: (limit) => refine(() => asked.listAsked(database, limit)),
  findAsked: (prefix) => refine(() => asked.findAsked(database, prefix)),
  decideAsked: (decision) => write(() => asked.decideAsked(database, decision)),
  useAsked: (key, nowMs) => write(() => asked.useAsked(database, key, nowMs)),
});
