// Fills a store with what months of work leave. By the store's own calls a million exchanges take half an hour: their rows
// are written at once, after some were compared with those that the calls make.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openForWriting, inTransaction } from '../../src/store/database.ts';
import { openEmbeddedStore } from '../../src/store/embedded-store.ts';
import type { EmbeddedStore } from '../../src/store/sync-store.ts';
import { exchangeAt, PER_SESSION, sessionAt, type Filling } from './filling.ts';
import { openRowWriter } from './fill-rows.ts';
import { tableLines } from './table-lines.ts';

const CACHE_KIBIBYTES = 2_097_152;
/** Three sessions, secrets that were masked, a whole tile of the log. */
const COMPARED = 2 * PER_SESSION + 1;

/** @throws Error where a row would differ from what the store's own calls make. */
export function fillStore(filling: Filling): void {
  compareWays({ ...filling, exchanges: COMPARED });
  fillRows(filling);
}

function compareWays(filling: Filling): void {
  const dir = mkdtempSync(join(tmpdir(), 'bench-ways-'));
  try {
    const [called, written] = [join(dir, 'called'), join(dir, 'written')];
    const key = fillByCalls({ ...filling, home: called });
    fillRows({ ...filling, home: written }, key);
    const [want, got] = [tableLines(called), tableLines(written)];
    const at = want.findIndex((line, i) => line !== got[i]);
    if (at >= 0 || got.length !== want.length)
      throw new Error(`a store differs: ${String(got[at])} in place of ${String(want[at])}`);
    if (!isVerified(written, filling.exchanges)) throw new Error('the log does not verify');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Do the leaves stand for their records? */
const isVerified = (home: string, exchanges: number): boolean =>
  withWriter(home, ({ calls }) => {
    const checks = calls.checkRecords(0, exchanges);
    const leaves = calls.readLog(0, exchanges);
    return (
      checks.length === exchanges &&
      checks.every(({ damage, expected }, i) => {
        const data = leaves[i]?.data;
        return (
          damage === null &&
          data !== undefined &&
          expected !== null &&
          Buffer.from(data).equals(expected)
        );
      })
    );
  });

/** @param key of the fingerprints; default: the store's own. */
function fillRows(filling: Filling, key?: Uint8Array): void {
  const { home, exchanges } = filling;
  const own = withWriter(home, ({ calls }) => calls.readKey()); // makes the tables too
  const database = openForWriting(home, CACHE_KIBIBYTES);
  try {
    // who fails here begins again
    database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF');
    const rows = openRowWriter(database, filling, key ?? own);
    inTransaction(database, () => {
      for (let first = 0; first < exchanges; first += PER_SESSION) {
        const session = rows.openSession(sessionAt(filling, first));
        const end = Math.min(first + PER_SESSION, exchanges);
        for (let index = first; index < end; index += 1) rows.addExchange(session, index);
        rows.endSession(session);
      }
    });
    database.exec('PRAGMA journal_mode = WAL');
  } finally {
    database.close();
  }
  withWriter(home, () => undefined); // leaves what every writer leaves: the log's files
}

/** @returns the store's key. */
const fillByCalls = (filling: Filling): Uint8Array =>
  withWriter(filling.home, (store) => {
    const { calls } = store;
    const key = calls.readKey();
    let session = '';
    store.batch(() => {
      for (let index = 0; index < filling.exchanges; index += 1) {
        if (index % PER_SESSION === 0) {
          const { grant, conversation, facts } = sessionAt(filling, index);
          calls.addGrant(grant);
          session = calls.joinSession(grant.id, conversation, facts).id;
        }
        const { draft, reply, end } = exchangeAt({ filling, key, session }, index);
        calls.beginExchange(draft);
        if (reply.length > 0) calls.appendReply(draft.id, reply);
        calls.endExchange(end);
      }
    });
    return key;
  });

function withWriter<T>(home: string, work: (store: EmbeddedStore) => T): T {
  const store = openEmbeddedStore({ home, mode: 'write', lockWaitMs: 1000 });
  try {
    return work(store);
  } finally {
    store.close();
  }
}
