// The months that records lie in: a number such as 202611, a set of tables each.
import { MONTHLY } from './schema.ts';
import type { Ask, Sql } from './sql.ts';

/** UTC. */
export function monthOf(atMs: number): number {
  const date = new Date(atMs);
  return date.getUTCFullYear() * 100 + date.getUTCMonth() + 1;
}

/** Any number: what creates and drops tables goes one after the other, in all instances. */
const LOCK = 7_241_902;

export interface Months {
  /** Makes the month's tables where they are missing. @returns the month. */
  readonly open: (atMs: number) => Promise<number>;
}

export function openMonths(sql: Sql): Months {
  const known = new Map<number, Promise<void>>();
  return {
    open: async (atMs) => {
      const month = monthOf(atMs);
      const opening = known.get(month) ?? create(sql, month);
      known.set(month, opening);
      await opening.catch((thrown: unknown) => {
        known.delete(month);
        throw thrown;
      });
      return month;
    },
  };
}

const create = (sql: Sql, month: number): Promise<void> =>
  sql.transaction(async (ask) => {
    await ask('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    for (const table of MONTHLY)
      await ask(
        `CREATE TABLE IF NOT EXISTS ${table}_${month} PARTITION OF ${table} FOR VALUES IN (${month})`,
      );
    // nothing waits for words to be indexed, and a search that finds a list of them before the index reads all of it
    await ask(`ALTER INDEX IF EXISTS texts_${month}_words_idx SET (fastupdate = off)`);
  });

/** A month goes as a whole: its tables are independent of all others. Inside a transaction. */
export async function dropMonth(ask: Ask, month: number): Promise<void> {
  await ask('SELECT pg_advisory_xact_lock($1)', [LOCK]);
  // who reads for long must not be waited for by all who write
  await ask(`SET LOCAL lock_timeout = '5s'`);
  for (const table of MONTHLY.toReversed()) await ask(`DROP TABLE IF EXISTS ${table}_${month}`);
}

/** Oldest first. */
export async function listMonths(ask: Ask): Promise<readonly number[]> {
  const rows = await ask<{ month: number }>(
    `SELECT substring(child.relname FROM '\\d+$')::integer AS month FROM pg_inherits
     JOIN pg_class child ON child.oid = inhrelid WHERE inhparent = 'exchanges'::regclass ORDER BY 1`,
  );
  return rows.map(({ month }) => month);
}
