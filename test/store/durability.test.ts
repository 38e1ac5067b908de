// What survives: other processes, kill -9, other versions, a full disk, a changed byte.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, test } from 'vitest';
import { checkLog } from '../../src/flow/log/check-log.ts';
import { checkAgainstLog, proveExchange, signLogNow } from '../../src/flow/log/query-log.ts';
import { checkProof } from '../../src/log/check-proof.ts';
import { inTransaction, openForWriting, type Database } from '../../src/store/database.ts';
import { openStore } from '../../src/store/open-store.ts';
import { putPart } from '../../src/store/parts.ts';
import type { Store } from '../../src/store/store.ts';
import { draft, ending, newHome, newSession, openHere, sha256 } from './store-kit.ts';

const callerOf = (home: string) => ({ cwd: home, env: { AITRAIL_HOME: home } });

async function recordSome(store: Store, count: number): Promise<readonly string[]> {
  const session = await newSession(store);
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const begun = draft(session, {
      slices: [Buffer.from(`request ${i} of some length, so that it is packed`)],
    });
    await store.beginExchange(begun);
    await store.appendReply(
      begun.id,
      Buffer.from(`reply ${i} of some length, so that it is packed too`),
    );
    await store.endExchange(ending(begun.id));
    ids.push(begun.id);
  }
  return ids;
}

async function newLog(count: number): Promise<{ home: string; ids: readonly string[] }> {
  const home = newHome();
  const store = await openHere(home);
  const ids = await recordSome(store, count);
  await store.close();
  return { home, ids };
}

const pagesOf = (database: Database): number =>
  database.get<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0;

const alter = (home: string, sql: string): void => {
  const database = new DatabaseSync(join(home, 'store.db'));
  database.exec(sql);
  database.close();
};

test('a store that was closed keeps no log of writes beside it', async () => {
  const { home } = await newLog(20);
  expect(statSync(join(home, 'store.db-wal'), { throwIfNoEntry: false })?.size ?? 0).toBe(0);
});

describe('one writer, many readers', () => {
  test('a second writer is told who writes; a reader sees what is committed', async () => {
    const home = newHome();
    const store = await openHere(home);
    await expect(openHere(home)).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      message: expect.stringContaining(String(process.pid)),
    });
    const reader = await openStore({ home, mode: 'read' });
    await recordSome(store, 2);
    expect(await reader.countExchanges()).toBe(2);
    await expect(reader.appendLog(Buffer.from('x'))).rejects.toMatchObject({
      code: 'STORE_LOCKED',
    });
    await reader.close();
    await store.close();
    await (await openHere(home)).close();
  });

  test('where nothing was recorded a reader finds nothing', async () => {
    const reader = await openStore({ home: newHome(), mode: 'read' });
    expect(await reader.listSessions({})).toEqual([]);
    expect(await reader.logSize()).toBe(0);
    await reader.close();
  });
});

describe('kill -9', () => {
  const script = `
    const { openStore } = await import(process.argv[1]);
    const kit = await import(process.argv[2]);
    const store = await openStore({ home: process.env.AITRAIL_HOME, mode: 'write' });
    const session = await kit.newSession(store);
    for (let i = 0; ; i += 1) {
      const begun = kit.draft(session);
      await store.beginExchange(begun);
      await store.appendReply(begun.id, Buffer.from('reply ' + i));
      await store.endExchange(kit.ending(begun.id));
      console.log(begun.id);
    }`;

  test('whatever was acknowledged is there, what was open is marked, the log is fine', async () => {
    const home = newHome();
    const sources = ['src/store/open-store.ts', 'test/store/store-kit.ts'].map(
      (path) => new URL(`../../${path}`, import.meta.url).href,
    );
    for (const runMs of [60, 200]) {
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '-e', script, ...sources],
        { env: { ...process.env, AITRAIL_HOME: home }, stdio: ['ignore', 'pipe', 'ignore'] },
      );
      const acknowledged: string[] = [];
      createInterface({ input: child.stdout }).on('line', (line) => acknowledged.push(line));
      await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, runMs));
      child.kill('SIGKILL');
      await once(child, 'close');
      const store = await openHere(home);
      for (const id of acknowledged)
        expect(await store.findExchange(id), id).toMatchObject({ outcome: 'ok' });
      expect(acknowledged.length).toBeGreaterThan(0);
      await store.close();
      const report = await checkLog(callerOf(home));
      expect(report.recordsChecked).toBe(report.size);
    }
  }, 30_000);

  test('an exchange left open becomes a record with the bytes up to then', async () => {
    const home = newHome();
    const store = await openHere(home);
    const session = await newSession(store);
    const begun = draft(session);
    await store.beginExchange(begun);
    await store.appendReply(begun.id, Buffer.from('half'));
    await store.close();
    const again = await openHere(home);
    expect(await again.findExchange(begun.id)).toMatchObject({
      outcome: 'interrupted',
      logIndex: 0,
      responseBytes: 4,
    });
    expect(Buffer.from(await again.readReply(begun.id)).toString()).toBe('half');
    await again.close();
    expect((await checkLog(callerOf(home))).recordsChecked).toBe(1);
  });
});

describe('faults', () => {
  test('a newer store is refused, by writers and readers', async () => {
    const { home } = await newLog(1);
    alter(home, 'PRAGMA user_version = 99');
    await expect(openHere(home)).rejects.toMatchObject({ code: 'STORE_NEWER' });
    await expect(openStore({ home, mode: 'read' })).rejects.toMatchObject({ code: 'STORE_NEWER' });
    await expect(openStore({ home, mode: 'write' })).rejects.toMatchObject({ code: 'STORE_NEWER' });
  });

  test('what is no store is unreadable', async () => {
    const home = newHome();
    writeFileSync(
      join(home, 'store.db'),
      'this is no database, and it is long enough to be read as one',
    );
    await expect(openHere(home)).rejects.toMatchObject({ code: 'STORE_UNREADABLE' });
    const blocked = join(newHome(), 'file');
    writeFileSync(blocked, '');
    await expect(openHere(blocked)).rejects.toMatchObject({ code: 'STORE_UNREADABLE' });
  });

  test('a full store refuses, keeps what it has, and goes on when there is room', () => {
    const home = newHome();
    const database = openForWriting(home);
    database.exec(`PRAGMA max_page_count = ${String(pagesOf(database) + 8)}`);
    const fill = (bytes: number): number =>
      inTransaction(database, () => putPart(database, randomBytes(bytes)));
    expect(fill(1000)).toBe(1);
    expect(() => fill(1_000_000)).toThrow(expect.objectContaining({ code: 'STORE_FULL' }));
    expect(fill(1001)).toBe(2);
    database.exec('PRAGMA max_page_count = 100000');
    expect(fill(1_000_000)).toBe(3);
    database.close();
  });

  test('ids that begin alike are refused, unknown ones are null', async () => {
    const { home } = await newLog(2);
    const store = await openStore({ home, mode: 'read' });
    await expect(store.findExchange('x')).rejects.toMatchObject({ code: 'AMBIGUOUS_ID' });
    expect(await store.findExchange('xzzzzzzzzzzzz')).toBeNull();
    expect(await store.findSession('')).toBeNull();
    await store.close();
  });
});

describe('the log against its records', () => {
  test('a fine log says so, and proves each exchange to somebody without it', async () => {
    const { home, ids } = await newLog(300);
    const report = await checkLog(callerOf(home));
    expect(report).toMatchObject({ size: 300, recordsChecked: 300, repaired: [] });
    const proof = await proveExchange(callerOf(home), ids[41] ?? '');
    expect(proof.index).toBe(41);
    expect(checkProof(proof.proof, proof.vkey, Buffer.from(proof.leaf)).kind).toBe('included');
    expect(await checkAgainstLog(callerOf(home), proof.proof)).toEqual({
      kind: 'ours',
      index: 41,
      size: 300,
    });
    expect(readFileSync(join(home, 'log/tile/0/000'))).toHaveLength(256 * 32);
    expect(readFileSync(join(home, 'log/tile/1/000.p/1'))).toHaveLength(32);
  });

  test.each([
    [
      'a reply',
      `UPDATE parts SET data = x'00' WHERE n = (SELECT part FROM reply_parts WHERE exchange = 2)`,
      1,
    ],
    ['a status', 'UPDATE exchanges SET status = 500 WHERE n = 3', 2],
    ['a model', `UPDATE exchanges SET model = 'other' WHERE n = 1`, 0],
    ['a leaf', `UPDATE leaves SET data = x'7b7d' WHERE n = 2`, 2],
    ['a missing leaf', 'DELETE FROM leaves WHERE n = 1', 1],
    ['a cut log', 'DELETE FROM leaves WHERE n >= 3', 3],
  ])('%s that was changed is named', async (_, sql, index) => {
    const { home } = await newLog(4);
    alter(home, sql);
    await expect(checkLog(callerOf(home))).rejects.toMatchObject({
      code: 'LOG_BROKEN',
      message: expect.stringContaining(`index ${index}:`),
    });
  });

  test('a log rebuilt with the right key contradicts the checkpoint that somebody kept', async () => {
    const { home } = await newLog(3);
    const kept = await signLogNow(callerOf(home));
    alter(home, `DELETE FROM leaves; DELETE FROM tile_roots; DELETE FROM checkpoints`);
    rmSync(join(home, 'log'), { recursive: true });
    const store = await openHere(home);
    for (const name of ['a', 'b', 'c']) await store.appendLog(Buffer.from(sha256(name)));
    await store.close();
    expect(await checkAgainstLog(callerOf(home), kept.note)).toMatchObject({ kind: 'contradicts' });
    const other = await newLog(1);
    expect(await checkAgainstLog(callerOf(other.home), kept.note)).toEqual({
      kind: 'foreign',
      origin: kept.origin,
    });
    expect(await checkAgainstLog(callerOf(home), 'nonsense')).toEqual({ kind: 'malformed' });
  });

  test('a log that grows while it is checked is fine', async () => {
    const home = newHome();
    const store = await openStore({ home, mode: 'write' });
    const done = new AbortController();
    const growing = (async () => {
      while (!done.signal.aborted) {
        await store.appendLog(Buffer.from('x'));
        await store.signCheckpoint();
      }
    })();
    for (let i = 0; i < 5; i += 1) await checkLog(callerOf(home));
    done.abort();
    await growing;
    const { size } = await checkLog(callerOf(home));
    expect(size).toBe(await store.logSize());
    await store.close();
  }, 20_000);

  test('tiles replace the partial ones that they grew from', async () => {
    const home = newHome();
    const store = await openHere(home);
    const files: string[][] = [];
    for (const count of [3, 2, 251, 1]) {
      for (let i = 0; i < count; i += 1) await store.appendLog(Buffer.from(String(i)));
      await store.signCheckpoint();
      const names = readdirSync(join(home, 'log/tile/0'), { recursive: true, encoding: 'utf8' });
      files.push(names.toSorted());
    }
    expect(files).toEqual([
      ['000.p', '000.p/3'],
      ['000.p', '000.p/5'],
      ['000'],
      ['000', '001.p', '001.p/1'],
    ]);
    await store.close();
    expect((await checkLog(callerOf(home))).repaired).toEqual([]);
  });

  test('torn and missing files are written again and reported', async () => {
    const { home } = await newLog(260);
    const tile = join(home, 'log/tile/0/000');
    writeFileSync(tile, readFileSync(tile).subarray(0, 100));
    rmSync(join(home, 'log/tile/entries'), { recursive: true });
    const report = await checkLog(callerOf(home));
    expect(report.repaired).toEqual(['tile/entries/000', 'tile/entries/001.p/4', 'tile/0/000']);
    expect(report.isRepaired).toBe(true);
    expect((await checkLog(callerOf(home))).repaired).toEqual([]);
    writeFileSync(join(home, 'log/checkpoint'), 'torn');
    expect((await checkLog(callerOf(home))).repaired).toEqual(['checkpoint']);
    rmSync(join(home, 'log'), { recursive: true });
    mkdirSync(join(home, 'log'));
    expect((await checkLog(callerOf(home))).isRepaired).toBe(true);
    expect((await checkLog(callerOf(home))).repaired).toEqual([]);
  });
});
