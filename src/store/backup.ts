// A copy of the store in one file, taken beside a running writer; and a store made of such a copy, whose log goes on under
// a new key that names the old one. No private key is in it.
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fstatSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openCheckpoint } from '../log/check-proof.ts';
import { isSameHash } from '../log/hash.ts';
import { treeRoot } from '../log/tree.ts';
import { Fault, isFault } from '../model/fault.ts';
import { readVersion } from '../model/version.ts';
import { type BackupFacts, putFacts, readFacts } from './backup-facts.ts';
import {
  emptyWriteAhead,
  inTransaction,
  openForReading,
  openForWriting,
  openStray,
  refine,
} from './database.ts';
import { addEvent } from './event-rows.ts';
import { takeWriterLock } from './lock.ts';
import { signLog } from './log-files.ts';
import { logSize, nodeReader } from './log-rows.ts';

/**
 * @param file where nothing stands yet; whole, or not there at all.
 * @throws Fault OUT_UNWRITABLE, STORE_FULL, STORE_UNREADABLE.
 */
export function writeBackup(home: string, file: string): BackupFacts {
  const draft = `${file}.${randomBytes(4).toString('hex')}.part`;
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch (cause) {
    throw new Fault('OUT_UNWRITABLE', `backup ${file}: ${String(cause)}`, { cause });
  }
  try {
    copyInto(home, draft);
    const facts = describe(home, draft);
    publish(draft, file);
    return facts;
  } finally {
    for (const rest of ['', '-journal', '-wal', '-shm']) rmSync(`${draft}${rest}`, { force: true });
  }
}

/**
 * Puts a copy in the place of the store, which is kept aside until the next prune or erasure.
 *
 * @param by who is said in the log to have done it.
 * @throws Fault BACKUP_INVALID, STORE_NEWER, STORE_LOCKED, STORE_FULL.
 */
export function restoreBackup(home: string, file: string, by: string): BackupFacts {
  const lock = takeWriterLock(home, LOCK_WAIT_MS);
  const draft = join(home, 'store.db.restoring');
  try {
    rmSync(draft, { force: true });
    copyFrom(file, draft);
    const facts = refineCopy(file, () => prepare(draft, { file, by }));
    refine(() => swap(home, draft));
    return facts;
  } finally {
    rmSync(draft, { force: true });
    lock.release();
  }
}

const LOCK_WAIT_MS = 5000;

/** @throws Fault BACKUP_INVALID where there is nothing to read, STORE_FULL. */
function copyFrom(file: string, draft: string): void {
  let source: number;
  try {
    source = openSync(file, 'r');
  } catch (cause) {
    throw invalid(file, 'it cannot be read', cause);
  }
  try {
    if (!fstatSync(source).isFile()) throw invalid(file, 'it is no file');
  } finally {
    closeSync(source);
  }
  refine(() => {
    copyFileSync(file, draft);
    chmodSync(draft, 0o600);
  });
}

/** What SQLite cannot read of a copy says nothing of the store. */
function refineCopy<T>(file: string, work: () => T): T {
  try {
    return refine(work);
  } catch (thrown) {
    if (isFault(thrown) && thrown.code === 'STORE_UNREADABLE')
      throw invalid(file, 'it is no backup of aitrail, or damaged', thrown);
    throw thrown;
  }
}

function copyInto(home: string, draft: string): void {
  const database = openForReading(home);
  try {
    refine(() => database.run('VACUUM INTO ?', [draft]));
    chmodSync(draft, 0o600);
  } finally {
    database.close();
  }
}

function describe(home: string, draft: string): BackupFacts {
  const copy = openStray(draft, 'write');
  try {
    const { origin, vkey, size, note: checkpoint } = signLog(copy, home);
    const facts = { origin, vkey, size, checkpoint, atMs: Date.now(), version: readVersion() };
    putFacts(copy, home, facts);
    return facts;
  } finally {
    copy.close();
  }
}

/** Unlike a rename this never replaces what somebody else has put there. */
function publish(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (cause) {
    const isThere = existsSync(file);
    const why = isThere ? 'it is there already' : String(cause);
    const fix = isThere ? { fix: 'name a file that is not there yet' } : {};
    throw new Fault('OUT_UNWRITABLE', `backup ${file}: ${why}`, { cause, ...fix });
  }
}

/** Holds the copy to its own checkpoint, and makes a store of it that says where it comes from. */
function prepare(draft: string, from: { readonly file: string; readonly by: string }): BackupFacts {
  const copy = openStray(draft, 'write');
  try {
    const facts = readFacts(copy);
    if (facts === null) throw invalid(from.file, 'it is no backup of aitrail, or damaged');
    const root = treeRoot(nodeReader(copy), facts.size);
    const said = openCheckpoint(facts.checkpoint, facts.vkey);
    if (said?.size !== logSize(copy) || !isSameHash(said.root, root))
      throw invalid(from.file, 'its log is not what its checkpoint says');
    inTransaction(copy, () => {
      copy.exec('DROP TABLE backup; DELETE FROM checkpoints');
      addEvent(copy, {
        kind: 'restored',
        atMs: Date.now(),
        detail: {
          from: facts.origin,
          vkey: facts.vkey,
          leaves: facts.size,
          root: Buffer.from(root).toString('hex'),
          backedUp: new Date(facts.atMs).toISOString(),
          by: from.by,
        },
      });
    });
    return facts;
  } finally {
    copy.close();
  }
}

const invalid = (file: string, why: string, cause?: unknown): Fault =>
  new Fault('BACKUP_INVALID', `backup ${basename(file)}: ${why}`, { cause });

/** What the log was signed with, and its files, are of the old one: they stay beside it. */
function swap(home: string, draft: string): void {
  const store = join(home, 'store.db');
  const mark = randomBytes(4).toString('hex');
  if (existsSync(store)) {
    settle(home);
    for (const rest of ['-wal', '-shm']) rmSync(`${store}${rest}`, { force: true });
    renameSync(store, `${store}.replaced`);
  }
  renameSync(draft, store);
  const [key, log] = [join(home, 'keys', 'log.key'), join(home, 'log')];
  if (existsSync(key)) renameSync(key, join(home, 'keys', `log-${mark}.key`));
  if (existsSync(log)) renameSync(log, join(home, `log-${mark}`));
}

/** What stands in the write-ahead log is moved into the file; a store that is damaged goes as it is. */
function settle(home: string): void {
  try {
    const database = openForWriting(home);
    emptyWriteAhead(database);
    database.close();
  } catch {
    // that may be why it is replaced
  }
}
