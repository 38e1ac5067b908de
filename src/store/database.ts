// The SQLite database behind the embedded store: opening, versions, statements, and what its errors mean to a user.
import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, copyFileSync, existsSync, openSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../model/make-folder.ts';
import { DatabaseSync } from '@photostructure/sqlite';
import { Fault } from '../model/fault.ts';
import { MIGRATIONS } from './schema.ts';

export type Value = string | number | null | Uint8Array;

/** A resource: close it. Rows are what the statement selects; the caller's type names its columns. */
export interface Database {
  /** @returns the row number of what was inserted last. */
  run(sql: string, values?: readonly Value[]): number;
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- rows come untyped out of SQLite
  get<Row>(sql: string, values?: readonly Value[]): Row | undefined;
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as above
  all<Row>(sql: string, values?: readonly Value[]): readonly Row[];
  exec(sql: string): void;
  isInTransaction(): boolean;
  close(): void;
}

/** Milliseconds that a statement waits for another connection. */
const BUSY_MS = 5000;
/** Of a new database. Some thirty tables and indexes hold a page each, whatever is in them: a session takes a tenth less
 *  than with pages of 4096. */
const PAGE_BYTES = 2048;
const CACHE_KIBIBYTES = 32_768;

export const storeFile = (home: string): string => join(home, 'store.db');

/**
 * Opens the store's database for its one writer, making or upgrading it first.
 *
 * @throws Fault STORE_NEWER, STORE_UNREADABLE, STORE_FULL, STORE_LOCKED.
 */
export function openForWriting(home: string, cacheKibibytes = CACHE_KIBIBYTES): Database {
  return refine(() => {
    const file = storeFile(home);
    makeFolder(dirname(file));
    // SQLite gives its -wal and -shm the mode of the database: made here first, private
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
    const database = wrap(new DatabaseSync(file, { timeout: BUSY_MS }));
    try {
      database.exec(
        `PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA cache_size = -${cacheKibibytes}; PRAGMA journal_size_limit = 67108864;`,
      );
      migrate(database, file);
      return database;
    } catch (thrown) {
      database.close();
      throw thrown;
    }
  });
}

/**
 * Opens beside a running writer. Where nothing was ever recorded the answer is an empty store in memory.
 *
 * @throws Fault STORE_NEWER, STORE_UNREADABLE.
 */
export function openForReading(home: string): Database {
  return refine(() => {
    const file = storeFile(home);
    if (!existsSync(file)) return emptyDatabase();
    const database = wrap(new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS }));
    const version = versionOf(database, file);
    if (version === MIGRATIONS.length) return database;
    database.close();
    // made but never written, or by an older version: a writer must touch it first
    if (version === 0) return emptyDatabase();
    openForWriting(home).close();
    return openForReading(home);
  });
}

/** Opens a copy of a store, which no process has open. @throws Fault STORE_NEWER, STORE_UNREADABLE. */
export function openStray(file: string, mode: 'read' | 'write'): Database {
  return refine(() => {
    const database = wrap(new DatabaseSync(file, { readOnly: mode === 'read', timeout: BUSY_MS }));
    try {
      versionOf(database, file);
      return database;
    } catch (thrown) {
      database.close();
      throw thrown;
    }
  });
}

/** Runs `work` in a transaction, or as a step of the one under way; takes back and rethrows where it throws. */
export function inTransaction<T>(database: Database, work: () => T): T {
  const isStep = database.isInTransaction();
  return refine(() => {
    database.exec(isStep ? 'SAVEPOINT step' : 'BEGIN IMMEDIATE');
    try {
      const result = work();
      database.exec(isStep ? 'RELEASE step' : 'COMMIT');
      return result;
    } catch (thrown) {
      rollBack(database, isStep ? 'ROLLBACK TO step; RELEASE step' : 'ROLLBACK');
      throw thrown;
    }
  });
}

/** How long readers may keep a store from being closed tidily. */
const LAST_WAIT_MS = 100;

/** Moves the write-ahead log into the database: SQLite leaves it, megabytes, where a statement was not let go yet. */
export function emptyWriteAhead(database: Database): void {
  try {
    database.exec(`PRAGMA busy_timeout = ${LAST_WAIT_MS}; PRAGMA wal_checkpoint(TRUNCATE)`);
  } catch {
    // disk full, a reader: nothing is lost, the next writer reads it from there
  }
}

/** Turns what SQLite throws into what a user can act on; other errors pass. */
export function refine<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw storeFault(thrown) ?? thrown;
  }
}

function emptyDatabase(): Database {
  const database = wrap(new DatabaseSync(':memory:'));
  migrate(database, ':memory:');
  return database;
}

function migrate(database: Database, file: string): void {
  const version = versionOf(database, file);
  if (version === MIGRATIONS.length) return;
  // an upgrade that goes wrong must leave the old store behind (row R14)
  if (version > 0) {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    copyFileSync(file, `${file}.v${version}`);
  }
  inTransaction(database, () => {
    for (const script of MIGRATIONS.slice(version)) database.exec(script);
    if (version === 0)
      database.run(`INSERT INTO meta (name, value) VALUES ('key', ?)`, [randomBytes(32)]);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
  dropCopies(file, version);
  // stores of older versions never gave a page back
  const isShrinking =
    database.get<{ auto_vacuum: number }>('PRAGMA auto_vacuum')?.auto_vacuum === 2;
  if (!isShrinking && version > 0) database.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM');
}

/** The way back is to the version before: older copies hold nothing that the newest does not. */
function dropCopies(file: string, newest: number): void {
  for (let version = 1; version < newest; version += 1)
    rmSync(`${file}.v${version}`, { force: true });
}

function versionOf(database: Database, file: string): number {
  const row = database.get<{ user_version: number }>('PRAGMA user_version');
  const version = row?.user_version ?? 0;
  if (version <= MIGRATIONS.length) return version;
  throw new Fault(
    'STORE_NEWER',
    `store ${file}: version ${version}, this aitrail knows ${MIGRATIONS.length}`,
  );
}

function wrap(sqlite: InstanceType<typeof DatabaseSync>): Database {
  const statements = new Map<string, ReturnType<typeof sqlite.prepare>>();
  const prepare = (sql: string): ReturnType<typeof sqlite.prepare> => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const fresh = sqlite.prepare(sql);
    // texts are constants of this folder, so the map stays small
    statements.set(sql, fresh);
    return fresh;
  };
  return {
    run: (sql, values = []) => Number(prepare(sql).run(...values).lastInsertRowid),
    get: (sql, values = []) => prepare(sql).get(...values),
    all: (sql, values = []) => prepare(sql).all(...values),
    exec: (sql) => sqlite.exec(sql),
    isInTransaction: () => sqlite.isTransaction,
    close: () => {
      statements.clear();
      sqlite.close();
    },
  };
}

function rollBack(database: Database, sql: string): void {
  try {
    database.exec(sql);
  } catch {
    // SQLite has already rolled back (disk full, I/O error): the first error is the one to tell
  }
}

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const FAULT_OF_RESULT: Readonly<
  Record<number, 'STORE_LOCKED' | 'STORE_FULL' | 'STORE_UNREADABLE'>
> = {
  3: 'STORE_UNREADABLE', // PERM
  5: 'STORE_LOCKED', // BUSY
  6: 'STORE_LOCKED', // LOCKED
  8: 'STORE_UNREADABLE', // READONLY
  10: 'STORE_UNREADABLE', // IOERR
  11: 'STORE_UNREADABLE', // CORRUPT
  13: 'STORE_FULL', // FULL
  14: 'STORE_UNREADABLE', // CANTOPEN
  23: 'STORE_UNREADABLE', // AUTH
  26: 'STORE_UNREADABLE', // NOTADB
};

/** SQLITE_IOERR_SHMSIZE: the file beside the journal, 32 KiB of it, finds no room. */
const SHARED_MEMORY_SIZE = 4874;

const ACCESS: ReadonlySet<string> = new Set(
  'EACCES EPERM EROFS ENOENT ENOTDIR EISDIR EEXIST ELOOP ENAMETOOLONG EIO'.split(' '),
);

function storeFault(thrown: unknown): Fault | null {
  if (!(thrown instanceof Error) || thrown instanceof Fault) return null;
  const result = 'errcode' in thrown ? Number(thrown.errcode) : 0;
  const code = result === SHARED_MEMORY_SIZE ? 'STORE_FULL' : FAULT_OF_RESULT[result % 256];
  if (code !== undefined) return new Fault(code, `store: ${thrown.message}`, { cause: thrown });
  const system = 'code' in thrown ? String(thrown.code) : '';
  if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(system))
    return new Fault('STORE_FULL', `store: ${thrown.message}`, { cause: thrown });
  const isAccess = ACCESS.has(system);
  return isAccess
    ? new Fault('STORE_UNREADABLE', `store: ${thrown.message}`, { cause: thrown })
    : null;
}
