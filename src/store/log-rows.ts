// The log's leaves as rows, in the same transaction as the record that each stands for (DECISIONS 13).
import { foldHashes, ENTRY_BYTES_MAX, TILE_WIDTH } from '../log/tile.ts';
import { leafHash } from '../log/hash.ts';
import type { NodeReader } from '../log/tree.ts';
import type { Database } from './database.ts';
import type { LogEntry } from './store.ts';

/** Levels of the tree in one level of tiles. */
const TILE_HEIGHT = 8;

/** @returns the leaf's index, 0-based. */
export function appendLeaf(database: Database, data: Uint8Array): number {
  if (data.length > ENTRY_BYTES_MAX) throw new RangeError(`leaf of ${data.length} bytes`);
  const index = logSize(database);
  database.run('INSERT INTO leaves (n, data, hash) VALUES (?, ?, ?)', [
    index,
    data,
    leafHash(data),
  ]);
  let [level, count] = [0, index + 1];
  while (count % TILE_WIDTH === 0) {
    const tile = count / TILE_WIDTH - 1;
    const root = foldHashes(tileHashes(database, { level, index: tile, width: TILE_WIDTH }));
    level += 1;
    count /= TILE_WIDTH;
    database.run('INSERT INTO tile_roots (level, n, hash) VALUES (?, ?, ?)', [level, tile, root]);
  }
  return index;
}

export function logSize(database: Database): number {
  const row = database.get<{ n: number | null }>('SELECT max(n) AS n FROM leaves');
  return (row?.n ?? -1) + 1;
}

export function readLog(
  database: Database,
  firstIndex: number,
  count: number,
): readonly LogEntry[] {
  const rows = database.all<{ n: number; data: Uint8Array; hash: Uint8Array }>(
    'SELECT n, data, hash FROM leaves WHERE n >= ? AND n < ? ORDER BY n',
    [firstIndex, firstIndex + count],
  );
  return rows.map((row) => ({ index: row.n, data: row.data, leafHash: row.hash }));
}

/** The hashes of one tile, left to right. */
export function tileHashes(
  database: Database,
  tile: { readonly level: number; readonly index: number; readonly width: number },
): readonly Uint8Array[] {
  const first = tile.index * TILE_WIDTH;
  return hashesBetween(database, tile.level, { from: first, to: first + tile.width });
}

/** Answers any complete subtree from at most 128 stored hashes. */
export const nodeReader =
  (database: Database): NodeReader =>
  (level, index) => {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    const width = 2 ** (level % TILE_HEIGHT);
    const span = { from: index * width, to: (index + 1) * width };
    return foldHashes(hashesBetween(database, tileLevel, span));
  };

function hashesBetween(
  database: Database,
  level: number,
  span: { readonly from: number; readonly to: number },
): readonly Uint8Array[] {
  const rows =
    level === 0
      ? database.all<{ hash: Uint8Array }>(
          'SELECT hash FROM leaves WHERE n >= ? AND n < ? ORDER BY n',
          [span.from, span.to],
        )
      : database.all<{ hash: Uint8Array }>(
          'SELECT hash FROM tile_roots WHERE level = ? AND n >= ? AND n < ? ORDER BY n',
          [level, span.from, span.to],
        );
  if (rows.length !== span.to - span.from)
    throw new RangeError(`log level ${level}: ${rows.length} of ${span.to - span.from} hashes`);
  return rows.map((row) => row.hash);
}
