// Recomputes the log from the records and compares: rows, files, last checkpoint. Nothing is trusted that can be
// computed; what is derived and wrong is written again and reported, what is evidence and wrong is an error.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stateHome } from '../../config/places.ts';
import { openCheckpoint } from '../../log/check-proof.ts';
import {
  foldHashes,
  formatEntries,
  tilePath,
  tilesBetween,
  TILE_WIDTH,
  type Tile,
} from '../../log/tile.ts';
import { isSameHash, leafHash } from '../../log/hash.ts';
import { treeRoot, type NodeReader } from '../../log/tree.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault, isFault } from '../../model/fault.ts';
import type { LogReport } from '../../model/log-report.ts';
import { findSharedStore, openRecords } from '../record/open-records.ts';
import type { LogEntry, SignedCheckpoint, Store } from '../../store/store.ts';
import type { LocalStore } from '../../store/upkeep-store.ts';

const PAGE = 1024;

/** @throws Fault LOG_BROKEN naming the first index or file that contradicts the records. */
export async function checkLog(caller: Caller): Promise<LogReport> {
  // the log of a team lies in its database: there are no files to be wrong
  const isShared = (await findSharedStore(caller)) !== null;
  const directory = isShared ? null : join(stateHome(caller.env), 'log');
  const store = await openRecords(caller, { mode: 'read' });
  try {
    const { leaves, signed, torn } = await compare(store, directory);
    const records = await checkRecords(store, leaves.size);
    const strays = await store.countStrays();
    const root = treeRoot(leaves.read, leaves.size);
    return {
      origin: signed.origin,
      vkey: signed.vkey,
      size: leaves.size,
      root: Buffer.from(root).toString('hex'),
      ...records,
      strays,
      repaired: torn,
      isRepaired: torn.length === 0 || (await rewriteFiles(caller)),
    };
  } finally {
    await store.close();
  }
}

interface Compared {
  readonly leaves: Leaves;
  readonly signed: SignedCheckpoint;
  readonly torn: readonly string[];
}

/** Files that moved on while they were read are no torn files: looked at again. */
async function compare(
  store: Store,
  directory: string | null,
  attempts: number = 3,
): Promise<Compared> {
  // Checkpoints before leaves: a running writer may add leaves in between, never take any away.
  const published = await readCheckpoint(directory);
  const cosigned = await readOrNull(directory, 'cosigned');
  const notes = [await store.lastCheckpoint(), published, cosigned?.toString('utf8') ?? null];
  const leaves = await readLeaves(store);
  const signed = await store.signCheckpoint();
  checkPublished(notes, leaves, signed.vkey);
  const torn =
    directory === null
      ? []
      : await findTornFiles(directory, leaves, { note: published ?? '', vkey: signed.vkey });
  const isSteady = torn.length === 0 || (await readCheckpoint(directory)) === published;
  return isSteady || attempts <= 1
    ? { leaves, signed, torn }
    : compare(store, directory, attempts - 1);
}

const readCheckpoint = async (directory: string | null): Promise<string | null> =>
  (await readOrNull(directory, 'checkpoint'))?.toString('utf8') ?? null;

interface Leaves {
  readonly size: number;
  readonly entries: readonly Uint8Array[];
  readonly hashes: readonly Uint8Array[];
  readonly read: NodeReader;
}

async function readLeaves(store: Store): Promise<Leaves> {
  const size = await store.logSize();
  const entries: Uint8Array[] = [];
  const hashes: Uint8Array[] = [];
  for (let first = 0; first < size; first += PAGE)
    for (const entry of await store.readLog(first, PAGE)) {
      checkRow(entry, entries.length);
      entries.push(entry.data);
      hashes.push(entry.leafHash);
    }
  if (entries.length < size) throw broken(entries.length, 'the leaf is missing');
  return { size: entries.length, entries, hashes, read: readerOf(hashes) };
}

function checkRow(entry: LogEntry, index: number): void {
  if (entry.index !== index) throw broken(index, 'the leaf is missing');
  if (!isSameHash(leafHash(entry.data), entry.leafHash))
    throw broken(index, 'the leaf does not have its hash');
}

/** Complete subtrees, each computed once: a root over a million leaves asks for few of them. */
function readerOf(hashes: readonly Uint8Array[]): NodeReader {
  return (level, index) => foldHashes(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level));
}

async function checkRecords(
  store: LocalStore,
  size: number,
): Promise<Pick<LogReport, 'recordsChecked' | 'pruned' | 'erased'>> {
  const counts = { recordsChecked: 0, pruned: 0, erased: 0 };
  await checkGone(store);
  for (let first = 0; first < size; first += PAGE) {
    const entries = await store.readLog(first, PAGE);
    for (const [i, record] of (await store.checkRecords(first, PAGE)).entries()) {
      if (record.damage !== null) throw broken(record.index, `${record.damage} was changed`);
      if (record.gone === 'unexplained')
        throw broken(record.index, 'its record is gone, and no prune or erasure says so');
      if (record.gone !== null) counts[record.gone] += 1;
      if (record.expected === null) continue;
      const data = entries[i]?.data ?? new Uint8Array();
      if (!isSameHash(record.expected, data)) throw broken(record.index, 'the record was changed');
      counts.recordsChecked += 1;
    }
  }
  return counts;
}

/** What was taken away must be what the log's entry of it says. */
async function checkGone(store: LocalStore): Promise<void> {
  const wrong = (await store.listGone()).find(({ isSound }) => !isSound);
  if (wrong !== undefined)
    throw new Fault(
      'LOG_BROKEN',
      `log event ${wrong.event}: other records are gone than those that it speaks of`,
    );
}

/** The checkpoint in the store and the one on disk must be of this log's past. */
function checkPublished(notes: readonly (string | null)[], log: Leaves, vkey: string): void {
  for (const note of notes) {
    const checkpoint = note === null ? null : openCheckpoint(note, vkey);
    // torn or of another key: found again as a file to repair, or below as one that cannot be
    if (checkpoint === null) continue;
    if (checkpoint.size > log.size)
      throw broken(log.size, `a signed checkpoint says ${checkpoint.size} leaves`);
    if (!isSameHash(treeRoot(log.read, checkpoint.size), checkpoint.root))
      throw new Fault(
        'LOG_BROKEN',
        `log: rebuilt before index ${checkpoint.size}: a signed checkpoint has another root`,
      );
  }
}

async function findTornFiles(
  directory: string,
  log: Leaves,
  checkpoint: { readonly note: string; readonly vkey: string },
): Promise<readonly string[]> {
  const published = openCheckpoint(checkpoint.note, checkpoint.vkey);
  if (published === null) return log.size === 0 ? [] : ['checkpoint'];
  const torn: string[] = [];
  for (const tile of tilesBetween(0, published.size)) {
    const path = tilePath(tile);
    const bytes = await readOrNull(directory, path);
    if (bytes === null || !bytes.equals(tileOf(tile, log))) torn.push(path);
  }
  return torn;
}

function tileOf(tile: Tile, log: Leaves): Uint8Array {
  const first = tile.index * TILE_WIDTH;
  if (tile.level === 'entries') return formatEntries(log.entries.slice(first, first + tile.width));
  const { level } = tile;
  const indexes = Array.from({ length: tile.width }, (_, i) => first + i);
  // a tile's level is eight levels of the tree
  return Buffer.concat(indexes.map((index) => log.read(level * 8, index)));
}

/** @returns false where another process has the store open for writing: it will write the files itself in time. */
async function rewriteFiles(caller: Caller): Promise<boolean> {
  try {
    const store = await openRecords(caller, { mode: 'write', inProcess: true, lockWaitMs: 0 });
    try {
      await store.rewriteLogFiles();
    } finally {
      await store.close();
    }
    return true;
  } catch (thrown) {
    if (isFault(thrown) && thrown.code === 'STORE_LOCKED') return false;
    throw thrown;
  }
}

const readOrNull = async (directory: string | null, path: string): Promise<Buffer | null> => {
  if (directory === null) return null;
  try {
    return await readFile(join(directory, path));
  } catch {
    return null; // a derived file: missing is as good as torn
  }
};

const broken = (index: number, why: string): Fault =>
  new Fault('LOG_BROKEN', `log index ${index}: ${why}`);
