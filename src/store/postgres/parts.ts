// Content-addressed bytes of a month, and sequences of them.
import { createHash } from 'node:crypto';
import {
  type ListLink,
  type RecentLists,
  rememberList,
  shapeList,
  unfoldChain,
} from '../list-shape.ts';
import { pack, type Packed, unpack } from '../packing.ts';
import type { Core } from './core.ts';
import type { ObjectRows } from './object-rows.ts';
import { type Ask, only, type SqlValue } from './sql.ts';

export interface PutPart {
  readonly n: number;
  readonly sha256: Uint8Array;
}

/** New parts in one statement. */
const ROWS_MAX = 500;

/**
 * Stores parts, in a commit of its own: the record that needs them comes after, and what nobody refers to goes with its
 * month.
 *
 * @returns one for each piece, in their order.
 */
export async function putParts(
  { sql: { ask }, objects }: Pick<Core, 'sql' | 'objects'>,
  month: number,
  pieces: readonly Uint8Array[],
): Promise<readonly PutPart[]> {
  const digests = pieces.map((bytes) => createHash('sha256').update(bytes).digest());
  const byName = new Map(digests.map((sha256, i) => [sha256.toString('hex'), pieces[i]]));
  const found = await findParts(ask, month, digests);
  // in one order everywhere: two instances that insert the same parts wait for each other and never in a circle
  const missing = [...byName].filter(([name]) => !found.has(name)).toSorted(byFirst);
  for (let first = 0; first < missing.length; first += ROWS_MAX)
    await insertParts({ ask, objects }, month, missing.slice(first, first + ROWS_MAX));
  // asked again rather than returned: another instance may have been first
  const names = missing.map(([name]) => Buffer.from(name, 'hex'));
  for (const [name, n] of await findParts(ask, month, names)) found.set(name, n);
  return digests.map((sha256) => ({ n: numberOf(found, sha256), sha256 }));
}

const byFirst = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : 1;

function numberOf(found: ReadonlyMap<string, number>, sha256: Buffer): number {
  const n = found.get(sha256.toString('hex'));
  if (n === undefined) throw new Error('a part was removed while it was stored');
  return n;
}

async function findParts(
  ask: Ask,
  month: number,
  digests: readonly Uint8Array[],
): Promise<Map<string, number>> {
  if (digests.length === 0) return new Map();
  const rows = await ask<{ n: number; sha256: Buffer }>(
    'SELECT n, sha256 FROM parts WHERE month = $1 AND sha256 = ANY($2)',
    [month, digests],
  );
  return new Map(rows.map(({ n, sha256 }) => [sha256.toString('hex'), n]));
}

async function insertParts(
  { ask, objects }: { readonly ask: Ask; readonly objects: ObjectRows },
  month: number,
  parts: readonly (readonly [string, Uint8Array | undefined])[],
): Promise<void> {
  const values: SqlValue[] = [month];
  const placed = await Promise.all(
    parts.map(([, bytes]) => objects.place(month, pack(bytes ?? new Uint8Array()))),
  );
  const rows = parts.map(([name], i) => {
    const { codec = 0, data = new Uint8Array() } = placed[i] ?? {};
    values.push(Buffer.from(name, 'hex'), codec, data);
    return `($1, $${values.length - 2}, $${values.length - 1}, $${values.length})`;
  });
  await ask(
    `INSERT INTO parts (month, sha256, codec, data) VALUES ${rows.join(', ')} ON CONFLICT DO NOTHING`,
    values,
  );
  await objects.settle(placed);
}

interface PartRow extends Packed {
  readonly n: number;
  readonly sha256: Uint8Array;
}

/** Parts of a month with their content, by number. */
export async function readParts(
  ask: Ask,
  month: number,
  parts: readonly number[],
): Promise<ReadonlyMap<number, PartRow>> {
  const rows = await ask<PartRow>(
    'SELECT n, sha256, codec, data FROM parts WHERE month = $1 AND n = ANY($2)',
    [month, [...new Set(parts)]],
  );
  return new Map(rows.map((row) => [row.n, row]));
}

/** @throws Error where one is missing. */
export function contentOf(parts: ReadonlyMap<number, PartRow>, n: number): Uint8Array {
  const part = parts.get(n);
  if (part === undefined) throw new Error(`part ${n} is missing`);
  return unpack(part);
}

/** Does the content still have the digest that names it? */
export function isSound(part: Packed & { readonly sha256: Uint8Array }): boolean {
  try {
    return createHash('sha256').update(unpack(part)).digest().equals(part.sha256);
  } catch {
    return false; // bytes that do not even unpack are as wrong as others
  }
}

export interface ListPlace {
  readonly month: number;
  readonly lists: RecentLists;
  /** Whose lists are alike: a session, a file. */
  readonly group: string;
}

/** Stores a sequence of the month's parts. @returns the list's number. */
export async function putList(
  ask: Ask,
  parts: readonly number[],
  { month, lists, group: name }: ListPlace,
): Promise<number> {
  // a month is whole by itself: no list of it has a parent in another
  const group = `${month} ${name}`;
  const shape = shapeList(lists.get(group) ?? [], parts);
  if (shape.kind === 'known') return shape.list.n;
  const { parent, prefix, suffix, depth, tail } = shape.link;
  const { n } = only(
    await ask<{ n: number }>(
      `INSERT INTO lists (month, parent, prefix, suffix, depth, tail) VALUES ($1, $2, $3, $4, $5, $6) RETURNING n`,
      [month, parent, prefix, suffix, depth, tail],
    ),
  );
  rememberList(lists, group, { n, depth, parts });
  return n;
}

/** @returns the parts' numbers in order. */
export async function readList(ask: Ask, month: number, list: number): Promise<readonly number[]> {
  return (await readLists(ask, month, [list])).get(list) ?? [];
}

/** Several lists of a month at once. @throws Error where one is missing. */
export async function readLists(
  ask: Ask,
  month: number,
  lists: readonly number[],
): Promise<ReadonlyMap<number, readonly number[]>> {
  const links = await ask<ListLink & { readonly of: number }>(
    `WITH RECURSIVE chain AS (
       SELECT n AS "of", l.*, 0 AS step FROM lists l WHERE month = $1 AND n = ANY($2)
       UNION ALL SELECT c."of", l.*, step + 1 FROM chain c JOIN lists l ON l.month = $1 AND l.n = c.parent)
     SELECT "of", parent, prefix, suffix, depth, tail FROM chain ORDER BY "of", step`,
    [month, lists],
  );
  const chains = new Map<number, ListLink[]>(lists.map((list) => [list, []]));
  for (const link of links) chains.get(link.of)?.push(link);
  const unfolded = new Map<number, readonly number[]>();
  for (const [list, chain] of chains) {
    if (chain.length === 0) throw new Error(`list ${list} is missing`);
    unfolded.set(list, unfoldChain(chain));
  }
  return unfolded;
}
