// The log as C2SP tlog-tiles on disk: derived from the rows, so that any reader of the format can follow it. Written
// whole and renamed into place, tiles before the checkpoint that speaks of them; what is missing is written again.
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { formatCheckpoint, parseCheckpoint } from '../log/checkpoint.ts';
import { formatVkey, noteKey, parseNote, signNote } from '../log/note.ts';
import { formatEntries, tilePath, tilesBetween, TILE_WIDTH, type Tile } from '../log/tile.ts';
import { treeRoot } from '../log/tree.ts';
import type { Database } from './database.ts';
import { readLogKey } from './log-key.ts';
import { logSize, nodeReader, readLog, tileHashes } from './log-rows.ts';
import type { SignedCheckpoint } from './store.ts';

const logDirectory = (home: string): string => join(home, 'log');

/** Signs the log as it stands. Nothing is written. */
export function signLog(database: Database, home: string): SignedCheckpoint {
  const signer = readLogKey(home);
  const size = logSize(database);
  const root = treeRoot(nodeReader(database), size);
  const note = signNote(formatCheckpoint({ origin: signer.name, size, root }), signer);
  return { origin: signer.name, vkey: formatVkey(noteKey(signer)), size, note };
}

/** The checkpoint that was signed last, null before the first. */
export const lastCheckpoint = (database: Database): string | null =>
  database.get<{ note: string }>('SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1')?.note ??
  null;

/** Signs, keeps the checkpoint, and brings the files up to it. */
export function publishLog(database: Database, home: string): SignedCheckpoint {
  const checkpoint = signLog(database, home);
  if (lastCheckpoint(database) !== checkpoint.note) keepCheckpoint(database, checkpoint);
  try {
    writeLogFiles(database, home, { checkpoint, from: publishedSize(home) });
  } catch {
    // derived files: the rows are safe, and the next checkpoint or `aitrail log verify` writes these again
  }
  return checkpoint;
}

/** Writes all files again; errors are the caller's to hear. */
export function rewriteLogFiles(database: Database, home: string): void {
  const checkpoint = publishLog(database, home);
  writeLogFiles(database, home, { checkpoint, from: 0 });
}

/** Keeps what a witness cosigned: `log verify` holds the log to it. */
export const writeCosigned = (home: string, note: string): void =>
  writeWhole(join(logDirectory(home), 'cosigned'), Buffer.from(note));

/** Leaves up to which the files were published. */
export function publishedSize(home: string): number {
  const file = join(logDirectory(home), 'checkpoint');
  const note = existsSync(file) ? parseNote(readFileSync(file, 'utf8')) : null;
  return (note === null ? null : parseCheckpoint(note.text))?.size ?? 0;
}

/** The bytes of one tile or bundle, from the rows. */
function tileBytes(database: Database, tile: Tile): Uint8Array {
  if (tile.level !== 'entries')
    return Buffer.concat(tileHashes(database, { ...tile, level: tile.level }));
  const entries = readLog(database, tile.index * TILE_WIDTH, tile.width);
  return formatEntries(entries.map((entry) => entry.data));
}

function keepCheckpoint(database: Database, checkpoint: SignedCheckpoint): void {
  // What is signed must outlive a power cut, or the log would seem to have been cut by hand: FULL syncs the whole WAL.
  database.exec('PRAGMA synchronous = FULL');
  try {
    database.run(
      `INSERT INTO checkpoints (size, note, at_ms) VALUES (?1, ?2, ?3)
       ON CONFLICT (size) DO UPDATE SET note = excluded.note, at_ms = excluded.at_ms`,
      [checkpoint.size, checkpoint.note, Date.now()],
    );
    database.run('DELETE FROM checkpoints WHERE size < ?', [checkpoint.size]);
  } finally {
    database.exec('PRAGMA synchronous = NORMAL');
  }
}

function writeLogFiles(
  database: Database,
  home: string,
  work: { readonly checkpoint: SignedCheckpoint; readonly from: number },
): void {
  const { checkpoint, from } = work;
  const directory = logDirectory(home);
  // files from a log that was longer than the rows are evidence, not ours to mend: `log verify` names them
  if (from > checkpoint.size) return;
  const tiles = tilesBetween(from, checkpoint.size);
  for (const tile of tiles) writeWhole(join(directory, tilePath(tile)), tileBytes(database, tile));
  writeWhole(join(directory, 'checkpoint'), Buffer.from(checkpoint.note));
  // only now does nothing speak of them any more
  for (const tile of tiles) removeNarrower(directory, tile);
}

/** A wider tile replaces the partial ones that it grew from. */
function removeNarrower(directory: string, tile: Tile): void {
  const partials = join(directory, `${tilePath({ ...tile, width: TILE_WIDTH })}.p`);
  if (!existsSync(partials)) return;
  if (tile.width === TILE_WIDTH) rmSync(partials, { recursive: true });
  else
    for (const width of readdirSync(partials))
      if (width !== String(tile.width)) rmSync(join(partials, width), { force: true });
}

function writeWhole(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${randomBytes(4).toString('hex')}`;
  writeFileSync(fresh, bytes, { mode: 0o600 });
  renameSync(fresh, path);
}
