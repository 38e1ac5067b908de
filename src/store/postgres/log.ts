// The one log of all instances. A leaf gets its number by adding one to the row of `log_head`, which stays locked until the
// leaf is committed: numbers have no gap, and what a reader sees is always a beginning of what comes later.
import { leafHash } from '../../log/hash.ts';
import { ENTRY_BYTES_MAX, foldHashes, TILE_WIDTH } from '../../log/tile.ts';
import type { NodeReader } from '../../log/tree.ts';
import type { LogEntry } from '../store.ts';
import { type Ask, only } from './sql.ts';

/** Levels of the tree in one level of tiles. */
const TILE_HEIGHT = 8;

export interface NewLeaf {
  /** Names what it stands for; a second leaf of the same name is refused by the database. */
  readonly key: string;
  readonly data: Uint8Array;
}

/** For the WITH of a statement: appends the leaf of `$1` to `$3` and gives its number as `leaf.n`. */
export const APPEND = `head AS (UPDATE log_head SET size = size + 1 RETURNING size - 1 AS n),
  leaf AS (INSERT INTO leaves (n, key, data, hash) SELECT n, $1, $2, $3 FROM head RETURNING n)`;

export function leafValues({ key, data }: NewLeaf): readonly [string, Uint8Array, Uint8Array] {
  if (data.length > ENTRY_BYTES_MAX) throw new RangeError(`leaf of ${data.length} bytes`);
  return [key, data, leafHash(data)];
}

/** @returns the number of the leaf of that name, null before it was committed. */
export async function findLeaf(ask: Ask, key: string): Promise<number | null> {
  const [row] = await ask<{ n: number }>('SELECT n FROM leaves WHERE key = $1', [key]);
  return row?.n ?? null;
}

export const logSize = async (ask: Ask): Promise<number> =>
  only(await ask<{ size: number }>('SELECT size FROM log_head')).size;

export async function readLog(
  ask: Ask,
  firstIndex: number,
  count: number,
): Promise<readonly LogEntry[]> {
  const rows = await ask<{ n: number; data: Uint8Array; hash: Uint8Array }>(
    'SELECT n, data, hash FROM leaves WHERE n >= $1 AND n < $2 ORDER BY n',
    [firstIndex, firstIndex + count],
  );
  return rows.map((row) => ({ index: row.n, data: row.data, leafHash: row.hash }));
}

/**
 * Computes something over the tree of `size` leaves.
 *
 * @param work runs twice: first to learn which nodes it asks for, then with those.
 */
export async function overTree<T>(
  ask: Ask,
  size: number,
  work: (read: NodeReader) => T,
): Promise<T> {
  const wanted = new Map<string, { readonly level: number; readonly index: number }>();
  work((level, index) => {
    wanted.set(`${level} ${index}`, { level, index });
    return new Uint8Array(32);
  });
  const derived = await deriveRoots(ask, size);
  const nodes = new Map<string, Uint8Array>();
  for (const [name, { level, index }] of wanted) {
    const width = 2 ** (level % TILE_HEIGHT);
    const span = { from: index * width, to: (index + 1) * width };
    const at = Math.floor(level / TILE_HEIGHT);
    nodes.set(name, foldHashes(await hashesBetween({ ask, derived }, at, span)));
  }
  return work((level, index) => {
    const node = nodes.get(`${level} ${index}`);
    if (node === undefined) throw new Error(`log level ${level}: node ${index} was not read`);
    return node;
  });
}

/** Of full tiles: those that no row has yet, by level, from the first of them on. */
type Derived = ReadonlyMap<
  number,
  { readonly from: number; readonly hashes: readonly Uint8Array[] }
>;

/** A reader computes for itself what no writer has come to write down. */
async function deriveRoots(ask: Ask, size: number): Promise<Derived> {
  const derived = new Map<number, { from: number; hashes: Uint8Array[] }>();
  let count = Math.floor(size / TILE_WIDTH);
  for (let level = 1; count > 0; level += 1) {
    const [stored] = await ask<{ n: number }>(
      'SELECT coalesce(max(n) + 1, 0) AS n FROM tile_roots WHERE level = $1',
      [level],
    );
    const from = stored?.n ?? 0;
    const hashes: Uint8Array[] = [];
    for (let n = from; n < count; n += 1) {
      const span = { from: n * TILE_WIDTH, to: (n + 1) * TILE_WIDTH };
      hashes.push(foldHashes(await hashesBetween({ ask, derived }, level - 1, span)));
    }
    derived.set(level, { from, hashes });
    count = Math.floor(count / TILE_WIDTH);
  }
  return derived;
}

/** Writes down the roots of full tiles among the first `size` leaves. Whoever does it twice writes the same. */
export async function keepRoots(ask: Ask, size: number): Promise<void> {
  for (const [level, { from, hashes }] of await deriveRoots(ask, size))
    for (const [at, hash] of hashes.entries())
      await ask(
        'INSERT INTO tile_roots (level, n, hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        [level, from + at, hash],
      );
}

async function hashesBetween(
  { ask, derived }: { readonly ask: Ask; readonly derived: Derived },
  level: number,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly Uint8Array[]> {
  const own = derived.get(level) ?? { from: to, hashes: [] };
  const rows =
    level === 0
      ? await ask<{ hash: Uint8Array }>(
          'SELECT hash FROM leaves WHERE n >= $1 AND n < $2 ORDER BY n',
          [from, to],
        )
      : await ask<{ hash: Uint8Array }>(
          'SELECT hash FROM tile_roots WHERE level = $1 AND n >= $2 AND n < $3 ORDER BY n',
          [level, from, Math.min(to, own.from)],
        );
  const hashes = [
    ...rows.map(({ hash }) => hash),
    ...own.hashes.slice(Math.max(0, from - own.from), Math.max(0, to - own.from)),
  ];
  if (hashes.length !== to - from)
    throw new RangeError(`log level ${level}: ${hashes.length} of ${to - from} hashes`);
  return hashes;
}
