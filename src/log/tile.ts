// c2sp.org/tlog-tiles: the tree cut into tiles of 256 hashes, the leaves' data into bundles of 256 entries.
import { nodeHash } from './hash.ts';

export const TILE_WIDTH = 256;
export const ENTRY_BYTES_MAX = 65_535;

/** One file of the log. `width` is 1 to 256; below 256 the tile is partial. */
export interface Tile {
  /** Of the tile: level 1 holds the roots of full level 0 tiles. `entries`: a bundle. */
  readonly level: number | 'entries';
  readonly index: number;
  readonly width: number;
}

/** @returns the path below the log's directory, for example `tile/0/x001/067.p/5`. */
export function tilePath(tile: Tile): string {
  const digits = String(tile.index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/\d{3}/g) ?? [];
  const steps = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group));
  const partial = tile.width === TILE_WIDTH ? '' : `.p/${tile.width}`;
  return `tile/${tile.level}/${steps.join('/')}${partial}`;
}

/** Every tile and bundle that a tree of `size` leaves has from leaf `from` on, in the order in which to write them. */
export function tilesBetween(from: number, size: number): readonly Tile[] {
  const tiles: Tile[] = [];
  if (size <= from) return tiles;
  for (const level of ['entries', 0] as const) pushTiles(tiles, { level, from, size });
  let [start, count] = [from, size];
  for (let level = 1; count >= TILE_WIDTH; level += 1) {
    [start, count] = [Math.floor(start / TILE_WIDTH), Math.floor(count / TILE_WIDTH)];
    // a level that grew no further keeps its files
    if (count > start) pushTiles(tiles, { level, from: start, size: count });
  }
  return tiles;
}

function pushTiles(
  tiles: Tile[],
  row: { readonly level: number | 'entries'; readonly from: number; readonly size: number },
): void {
  for (let index = Math.floor(row.from / TILE_WIDTH); index * TILE_WIDTH < row.size; index += 1)
    tiles.push({
      level: row.level,
      index,
      width: Math.min(TILE_WIDTH, row.size - index * TILE_WIDTH),
    });
}

/** @param entries each at most 65,535 bytes. Throws RangeError. */
export function formatEntries(entries: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    entries.flatMap((entry) => {
      if (entry.length > ENTRY_BYTES_MAX) throw new RangeError(`entry of ${entry.length} bytes`);
      const prefix = Buffer.alloc(2);
      prefix.writeUInt16BE(entry.length);
      return [prefix, entry];
    }),
  );
}

/** @returns null where the bundle is cut or has bytes left over. */
export function parseEntries(bundle: Uint8Array): readonly Uint8Array[] | null {
  const bytes = Buffer.from(bundle.buffer, bundle.byteOffset, bundle.length);
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + 2 > bytes.length) return null;
    const end = at + 2 + bytes.readUInt16BE(at);
    if (end > bytes.length) return null;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return entries;
}

/** Root of the complete subtree over `hashes`; their number is a power of two. */
export function foldHashes(hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1)
    row = row.flatMap((left, i) => {
      const right = row[i + 1];
      return i % 2 === 0 && right !== undefined ? [nodeHash(left, right)] : [];
    });
  const [root] = row;
  if (root === undefined) throw new RangeError('no hashes to fold');
  return root;
}
