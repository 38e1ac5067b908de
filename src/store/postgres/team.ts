// A team's calls.
import type { TeamStore } from '../team-store.ts';
import { askedCalls } from './asked.ts';
import { onceCalls } from './once.ts';
import type { Sql } from './sql.ts';
import { witnessCalls } from './witnessed.ts';

export const teamCalls = (sql: Sql): TeamStore => ({
  ...witnessCalls(sql.ask),
  ...onceCalls(sql.ask),
  ...askedCalls(sql),
});
