// The embedded store: SQLite tables put together into the store's calls. Synchronous; src/store/open-store.ts wraps it.
import { chmodSync } from 'node:fs';
import { makeFolder } from '../model/make-folder.ts';
import { Fault } from '../model/fault.ts';
import { dropExpiredSecrets } from './commit-rows.ts';
import {
  inTransaction,
  emptyWriteAhead,
  openForReading,
  openForWriting,
  refine,
  type Database,
} from './database.ts';
import { closeInterrupted } from './exchange-rows.ts';
import { takeWriterLock } from './lock.ts';
import { publishedSize, publishLog } from './log-files.ts';
import { logSize } from './log-rows.ts';
import { storeCalls, type Core, type Memory } from './store-calls.ts';
import { settleIndex } from './upkeep-calls.ts';
import type { EmbeddedStore } from './sync-store.ts';
import { emptyTextQueue, indexAll, indexSome, openTextQueue } from './text-queue.ts';

export interface EmbeddedOptions {
  /** State directory. */
  readonly home: string;
  readonly mode: 'write' | 'read';
  /** How long to wait for another writer. */
  readonly lockWaitMs: number;
  /** For who calls `index` by and by; default: what is said is in the index with the record's end. */
  readonly indexesLater?: boolean;
  /** Of the database, in memory: more for who writes millions of rows in one go. */
  readonly cacheKibibytes?: number;
}

/** @throws Fault STORE_LOCKED, STORE_NEWER, STORE_UNREADABLE, STORE_FULL. */
export function openEmbeddedStore(options: EmbeddedOptions): EmbeddedStore {
  return options.mode === 'write' ? openWriter(options) : openReader(options);
}

function openWriter(options: EmbeddedOptions): EmbeddedStore {
  const { home } = options;
  refine(() => {
    makeFolder(home);
    chmodSync(home, 0o700);
  });
  const lock = takeWriterLock(home, options.lockWaitMs);
  try {
    const database = openForWriting(home, options.cacheKibibytes);
    const core = openCore(database, options, true);
    core.write(() => {
      closeInterrupted(database, core.memory.tails);
      dropExpiredSecrets(database, Date.now());
    });
    const store = embed(core);
    return {
      ...store,
      close: () => {
        indexRest(core);
        if (store.unpublished() > 0) store.publish();
        settleIndex(database);
        emptyWriteAhead(database);
        database.close();
        lock.release();
      },
    };
  } catch (thrown) {
    lock.release();
    throw thrown;
  }
}

function openReader(options: EmbeddedOptions): EmbeddedStore {
  const database = openForReading(options.home);
  return embed(openCore(database, options, false));
}

function openCore(
  database: Database,
  { home, indexesLater = false }: EmbeddedOptions,
  isWriter: boolean,
): Core {
  const memory: Memory = {
    lists: new Map(),
    tails: new Map(),
    texts: openTextQueue(indexesLater),
    published: null,
  };
  const write = <T>(work: () => T): T => {
    if (!isWriter) throw new Fault('STORE_LOCKED', `store ${home}: it was opened for reading`);
    try {
      return inTransaction(database, work);
    } catch (thrown) {
      // rows that were taken back must not be remembered
      memory.lists.clear();
      memory.tails.clear();
      emptyTextQueue(memory.texts);
      throw thrown;
    }
  };
  return { database, home, isWriter, memory, write };
}

/** A full disk keeps nobody from leaving: the next writer finds what is missing. */
function indexRest({ database, memory, write }: Core): void {
  try {
    if (memory.texts.byExchange.size > 0) write(() => indexAll(database, memory.texts));
  } catch {
    // as above
  }
}

function embed(core: Core): EmbeddedStore {
  const { database, home } = core;
  return {
    calls: storeCalls(core),
    batch: core.write,
    unpublished: () => {
      // read once: the writer asks after every commit, and nobody else writes these files
      core.memory.published ??= publishedSize(home);
      return Math.max(0, logSize(database) - core.memory.published);
    },
    publish: () => {
      core.memory.published = publishLog(database, home).size;
    },
    unindexed: () => core.memory.texts.byExchange.size,
    index: () => core.write(() => indexSome(database, core.memory.texts)),
    close: () => database.close(),
  };
}
