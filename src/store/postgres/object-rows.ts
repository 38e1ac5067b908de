// Rows whose bytes lie in the object store. `objects` has every key before anything is stored under it: what no row refers to
// is found there and removed, and no object outlives what it was of.
import { randomBytes } from 'node:crypto';
import { Fault } from '../../model/fault.ts';
import { IN_OBJECT, LOST, type Packed } from '../packing.ts';
import type { ObjectPage, Objects } from './objects.ts';
import type { Ask, Sql, SqlValue } from './sql.ts';

/** Packed bytes from here on lie in the object store. */
const OBJECT_BYTES_MIN = 64 * 1024;
/** After the object store could not take something, rows hold it for as long. */
const LEAVE_ALONE_MS = 30_000;
/** Nothing is on its way for longer. */
const ON_ITS_WAY_MS = 3_600_000;
const TOGETHER = 500;

export interface ObjectRows {
  /** Stores large ones; what is small, or cannot be stored there now, is given back as it is. */
  readonly place: (month: number, packed: Packed) => Promise<Packed>;
  /** To be told of what now stands in rows. */
  readonly settle: (placed: readonly Packed[]) => Promise<void>;
  /** Removes objects that no row refers to any more. Never throws: what is left goes the next time. */
  readonly sweep: () => Promise<void>;
}

/** @param bytesMin for tests. */
export function openObjectRows(
  sql: Sql,
  objects: Objects | null,
  bytesMin: number = OBJECT_BYTES_MIN,
): ObjectRows {
  if (objects === null) return IN_ROWS;
  let leftAloneUntilMs = 0;
  return {
    place: async (month, packed) => {
      if (packed.data.length < bytesMin || Date.now() < leftAloneUntilMs) return packed;
      const key = `${String(month)}/${randomBytes(16).toString('hex')}`;
      const data = formatPointer(packed.codec, key);
      await sql.ask(
        'INSERT INTO objects (key, month, pointer, at_ms) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
        [key, month, data, Date.now()],
      );
      try {
        await objects.put(key, packed.data);
        return { codec: IN_OBJECT, data };
      } catch {
        leftAloneUntilMs = Date.now() + LEAVE_ALONE_MS;
        return packed;
      }
    },
    settle: async (placed) => {
      const pointers = placed.flatMap(({ codec, data }) => (codec === IN_OBJECT ? [data] : []));
      if (pointers.length > 0)
        await sql.ask('UPDATE objects SET placed = true WHERE key = ANY($1)', [
          pointers.map((data) => parsePointer(data).key),
        ]);
    },
    sweep: () => sweep(sql, objects).catch(() => undefined),
  };
}

const IN_ROWS: ObjectRows = {
  place: (_month, packed) => Promise.resolve(packed),
  settle: () => Promise.resolve(),
  sweep: () => Promise.resolve(),
};

/** How it is packed, then the key. */
const formatPointer = (codec: number, key: string): Uint8Array =>
  Buffer.concat([Uint8Array.of(codec), Buffer.from(key)]);

const parsePointer = (data: Uint8Array): { readonly codec: number; readonly key: string } => ({
  codec: data[0] ?? 0,
  key: Buffer.from(data.subarray(1)).toString('utf8'),
});

const SIDE_BY_SIDE = 16;

/** Rows that are read get the bytes that they stand for; what is lost is unpacked to an error. */
export const throughObjects = (sql: Sql, objects: Objects | null): Sql => {
  const through =
    (ask: Ask): Ask =>
    async <Row>(text: string, values?: readonly SqlValue[]) => {
      const rows = await ask<Row>(text, values);
      const large = rows.flatMap((row) => (isInObject(row) ? [row] : []));
      for (let first = 0; first < large.length; first += SIDE_BY_SIDE)
        await Promise.all(
          large.slice(first, first + SIDE_BY_SIDE).map((row) => fetchInto(row, objects)),
        );
      return rows;
    };
  return {
    ask: through(sql.ask),
    transaction: (work) => sql.transaction((ask, attempt) => work(through(ask), attempt)),
    close: () => sql.close(),
  };
};

const isInObject = (row: unknown): row is Packed =>
  typeof row === 'object' && row !== null && 'codec' in row && row.codec === IN_OBJECT;

async function fetchInto(row: Packed, objects: Objects | null): Promise<void> {
  if (objects === null)
    throw new Fault('STORE_REFUSED', 'store: some of it lies in an object store', {
      fix: 'say store: objects: as the gateways do',
    });
  const { codec, key } = parsePointer(row.data);
  const bytes = await objects.get(key).catch((cause: unknown) => {
    throw new Fault('STORE_UNREACHABLE', 'store: the object store does not answer', { cause });
  });
  Object.assign(row, bytes === null ? { codec: LOST } : { codec, data: bytes });
}

/** @returns how many objects are there that no row of `objects` knows: left by a database that was put back. */
export async function countStrays(ask: Ask, objects: Objects | null): Promise<number> {
  if (objects === null) return 0;
  let count = 0;
  let page: ObjectPage = { keys: [], next: null };
  do {
    page = await objects.list(page.next);
    const unknown = await ask(
      'SELECT FROM unnest($1::text[]) AS there (key) WHERE key NOT IN (SELECT key FROM objects)',
      [page.keys],
    );
    count += unknown.length;
  } while (page.next !== null);
  return count;
}

async function sweep(sql: Sql, objects: Objects): Promise<void> {
  const before = Date.now() - ON_ITS_WAY_MS;
  const late = await sql.ask<{ key: string }>(
    `SELECT key FROM objects o WHERE NOT placed AND at_ms < $1 AND ${UNUSED} LIMIT ${TOGETHER}`,
    [before],
  );
  await removeAll(sql, objects, late);
  for (const { month } of await sql.ask<{ month: number }>('SELECT month FROM unswept_objects'))
    for (;;) {
      const unused = await findUnused(sql, month);
      if (unused.length === 0) break;
      await removeAll(sql, objects, unused);
    }
}

const UNUSED = `NOT EXISTS (SELECT FROM parts p WHERE p.month = o.month AND p.codec = ${IN_OBJECT} AND p.data = o.pointer)
  AND NOT EXISTS (SELECT FROM replies r WHERE r.month = o.month AND r.codec = ${IN_OBJECT} AND r.data = o.pointer)`;

/** @returns none where the month is swept, which is written down too. */
const findUnused = (sql: Sql, month: number): Promise<readonly { readonly key: string }[]> =>
  sql.transaction(async (ask) => {
    // who takes recordings away meanwhile waits, and says so again
    await ask('SELECT FROM unswept_objects WHERE month = $1 FOR UPDATE', [month]);
    const unused = await ask<{ key: string }>(
      `SELECT key FROM objects o WHERE month = $1 AND placed AND ${UNUSED} LIMIT ${TOGETHER}`,
      [month],
    );
    if (unused.length === 0) await ask('DELETE FROM unswept_objects WHERE month = $1', [month]);
    return unused;
  });

async function removeAll(
  sql: Sql,
  objects: Objects,
  rows: readonly { readonly key: string }[],
): Promise<void> {
  if (rows.length === 0) return;
  const keys = rows.map(({ key }) => key);
  await objects.remove(keys);
  await sql.ask('DELETE FROM objects WHERE key = ANY($1)', [keys]);
}
