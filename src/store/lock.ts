// One writer at a time (DECISIONS 14). The lock is the operating system's own, taken through SQLite on an empty file: it
// goes away with its process, whatever way that ends, so nothing stale can ever block the next start.
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../model/make-folder.ts';
import { DatabaseSync } from '@photostructure/sqlite';
import { Fault } from '../model/fault.ts';
import { numberAt, parseJson } from '../model/json.ts';
import { refine } from './database.ts';

/** A resource: release it. */
interface WriterLock {
  release(): void;
}

/**
 * Takes the lock, waiting up to `waitMs` for another writer to end.
 *
 * @throws Fault STORE_LOCKED, naming the other process where it left its name.
 */
export function takeWriterLock(home: string, waitMs: number): WriterLock {
  const file = join(home, 'store.lock');
  const owner = join(home, 'store.pid');
  return refine(() => {
    makeFolder(home);
    closeSync(openSync(file, 'a', 0o600));
    const database = new DatabaseSync(file, { timeout: waitMs });
    try {
      database.exec('BEGIN EXCLUSIVE');
    } catch (cause) {
      database.close();
      throw lockedFault(cause, owner, home);
    }
    writeFileSync(owner, `${JSON.stringify({ pid: process.pid })}\n`, { mode: 0o600 });
    return {
      release: () => {
        rmSync(owner, { force: true });
        database.close();
      },
    };
  });
}

function lockedFault(cause: unknown, owner: string, home: string): unknown {
  if (!(cause instanceof Error) || !/locked|busy/i.test(cause.message)) return cause;
  const pid = writerPid(owner);
  const who = pid === null ? 'another process' : `process ${pid}`;
  return new Fault('STORE_LOCKED', `store ${home}: ${who} is writing it`, { cause });
}

function writerPid(owner: string): number | null {
  try {
    return numberAt(parseJson(readFileSync(owner, 'utf8')), 'pid');
  } catch {
    return null; // the message does without
  }
}
