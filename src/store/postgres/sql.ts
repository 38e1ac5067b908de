// Statements to PostgreSQL: a pool of connections, transactions, and a patience that outlives a restart of the server.
import type { Pool, PoolClient } from 'pg';
import { Fault } from '../../model/fault.ts';
import { isLost, isRace, refine } from './sql-errors.ts';

export type SqlValue =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly (string | number | null | Uint8Array)[];

/** Rows are what the statement selects; the caller's type names its columns. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- rows come untyped out of the server
export type Ask = <Row>(sql: string, values?: readonly SqlValue[]) => Promise<readonly Row[]>;

/** A resource: close it. */
export interface Sql {
  /**
   * One statement, committed when the promise resolves. Asked again where the connection was lost: it must do the same
   * when it runs twice.
   *
   * @throws Fault STORE_UNREACHABLE where the server stays away, STORE_FULL, STORE_UNREADABLE, STORE_LOCKED.
   */
  readonly ask: Ask;
  /**
   * Several statements in one commit.
   *
   * @param work runs again from its start where connection or race was lost; `attempt` counts from 0. After a first one it
   *   must look whether that was committed after all.
   */
  readonly transaction: <T>(work: (ask: Ask, attempt: number) => Promise<T>) => Promise<T>;
  close(): Promise<void>;
}

const PAUSE_FIRST_MS = 20;
const PAUSE_MAX_MS = 1000;

/** @param patienceMs how long a call waits for a server that is away. */
export function openSql(pool: Pool, patienceMs: number): Sql {
  // an idle connection that breaks is replaced by the pool; without a listener it would end the process
  pool.on('error', () => undefined);
  const state = { isClosed: false };
  const patiently = <T>(work: (attempt: number) => Promise<T>): Promise<T> =>
    retry(patienceMs, (attempt) => {
      if (state.isClosed) throw new Error('the store is closed');
      return work(attempt);
    });
  return {
    ask: (sql, values) => patiently(() => askOn(pool)(sql, values)),
    transaction: (work) => patiently((attempt) => transact(pool, (ask) => work(ask, attempt))),
    close: async () => {
      if (state.isClosed) return;
      state.isClosed = true;
      await pool.end();
    },
  };
}

async function retry<T>(patienceMs: number, work: (attempt: number) => Promise<T>): Promise<T> {
  const untilMs = Date.now() + patienceMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (thrown) {
      const mayWait = isRace(thrown) || isLost(thrown);
      if (!mayWait || Date.now() >= untilMs) throw refine(thrown);
      const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** Math.min(attempt, 10));
      // callers that lost the same server must not come back in step
      await pause(pauseMs * (0.5 + Math.random() / 2));
    }
  }
}

async function transact<T>(pool: Pool, work: (ask: Ask) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // a connection that breaks between two statements says so here too; the statement tells it
  client.on('error', ignore);
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(askOn(client));
    await client.query('COMMIT');
    return result;
  } catch (thrown) {
    broken = await rollBack(client, thrown);
    throw thrown;
  } finally {
    client.off('error', ignore);
    client.release(broken);
  }
}

/** @returns why the connection cannot be used again, if it cannot. */
async function rollBack(client: PoolClient, thrown: unknown): Promise<Error | undefined> {
  if (isLost(thrown)) return thrown instanceof Error ? thrown : new Error(String(thrown));
  try {
    await client.query('ROLLBACK');
    return undefined;
  } catch (second) {
    return second instanceof Error ? second : new Error(String(second));
  }
}

const ignore = (): void => undefined;

const askOn =
  (client: Pick<Pool, 'query'>): Ask =>
  async (sql, values = []) =>
    (await client.query(sql, values.map(clean))).rows;

/** PostgreSQL's text has no NUL; what a model writes may. */
const cleanText = (text: string): string => text.replaceAll('\0', '\uFFFD');

function clean(value: SqlValue): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (!Array.isArray(value)) return value;
  return value.map((item: unknown) => (typeof item === 'string' ? cleanText(item) : item));
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The only row of an answer that has one. */
export function only<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Fault('STORE_UNREADABLE', 'store: a row is missing');
  return row;
}
