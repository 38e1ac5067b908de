// Content that nothing refers to any more. Found by following every reference, beside a running writer; deleted in small
// steps, each of which asks again whether something that came meanwhile needs it.
import type { Database } from './database.ts';
import { followLists, type ListRow, type Need, type ReferringRow, WHOLE } from './follow-lists.ts';
import { readList } from './lists.ts';
import type { Garbage, GarbageMark } from './upkeep-store.ts';

const FINGERPRINTS_TOGETHER = 20_000;

export function findGarbage(database: Database): Garbage {
  const mark = markNow(database);
  const live = new Set<number>();
  const addPart = (part: number | null): void => {
    if (part !== null) live.add(part);
  };
  const needs = new Map<number, Need>();
  for (const row of database.all<ReferringRow>(
    'SELECT request_headers, response_headers, context, request_list FROM exchanges',
  )) {
    [row.request_headers, row.response_headers, row.context].forEach(addPart);
    needs.set(row.request_list, WHOLE);
  }
  for (const { part } of database.all<{ part: number }>('SELECT part FROM reply_parts'))
    live.add(part);
  for (const { list } of database.all<{ list: number }>('SELECT DISTINCT list FROM observations'))
    needs.set(list, WHOLE);
  const rows = database.all<ListRow>(
    'SELECT n, parent, prefix, suffix, tail FROM lists ORDER BY n DESC',
  );
  const lists = followLists(rows, needs, live);
  const parts = database
    .all<{ n: number }>('SELECT n FROM parts')
    .flatMap(({ n }) => (live.has(n) ? [] : [n]));
  return { lists, parts, mark };
}

/** Deletes what is still nobody's. Lists first: their children never outlive them. */
export function dropGarbage(database: Database, { lists, parts, mark }: Garbage): void {
  const { keptLists, keptParts } = neededSince(database, mark);
  for (const n of lists.toSorted((a, b) => b - a))
    if (!keptLists.has(n)) database.run('DELETE FROM lists WHERE n = ?', [n]);
  for (const n of parts) if (!keptParts.has(n)) database.run('DELETE FROM parts WHERE n = ?', [n]);
}

/** @returns where to go on; null at the end. */
export function dropFingerprints(database: Database, from: number): number | null {
  const last = database.get<{ fingerprint: number }>(
    'SELECT fingerprint FROM fingerprints WHERE fingerprint >= ? ORDER BY fingerprint LIMIT 1 OFFSET ?',
    [from, FINGERPRINTS_TOGETHER],
  );
  const until = last?.fingerprint ?? Number.MAX_SAFE_INTEGER;
  database.run(
    `DELETE FROM fingerprints WHERE fingerprint BETWEEN ? AND ?
       AND NOT EXISTS (SELECT 1 FROM emissions m WHERE m.n = emission)`,
    [from, until],
  );
  return last === undefined ? null : until + 1;
}

function markNow(database: Database): GarbageMark {
  const newest = (table: string): number =>
    database.get<{ n: number | null }>(`SELECT max(n) AS n FROM ${table}`)?.n ?? 0;
  const open = database.all<{ n: number }>(`SELECT n FROM exchanges WHERE outcome = 'open'`);
  return {
    list: newest('lists'),
    exchange: newest('exchanges'),
    observation: newest('observations'),
    open: open.map(({ n }) => n),
  };
}

function neededSince(
  database: Database,
  mark: GarbageMark,
): { readonly keptLists: ReadonlySet<number>; readonly keptParts: ReadonlySet<number> } {
  const { roots, parts: keptParts } = referredSince(database, mark);
  const keptLists = new Set<number>();
  for (const root of roots) {
    for (const part of readList(database, root)) keptParts.add(part);
    for (let n: number | null = root; n !== null && !keptLists.has(n); n = parentOf(database, n))
      keptLists.add(n);
  }
  return { keptLists, keptParts };
}

const parentOf = (database: Database, list: number): number | null =>
  database.get<{ parent: number | null }>('SELECT parent FROM lists WHERE n = ?', [list])?.parent ??
  null;

/** What was written since, and what was under way, may refer to anything. */
function referredSince(
  database: Database,
  mark: GarbageMark,
): { readonly roots: ReadonlySet<number>; readonly parts: Set<number> } {
  const touched = [mark.exchange, JSON.stringify(mark.open)];
  const rows = database.all<ReferringRow>(
    `SELECT request_headers, response_headers, context, request_list FROM exchanges
     WHERE n > ?1 OR n IN (SELECT value FROM json_each(?2))`,
    touched,
  );
  const replies = database.all<{ part: number }>(
    `SELECT part FROM reply_parts
     WHERE exchange > ?1 OR exchange IN (SELECT value FROM json_each(?2))`,
    touched,
  );
  const lists = database.all<{ n: number }>(
    `SELECT list AS n FROM observations WHERE n > ? UNION SELECT n FROM lists WHERE n > ?`,
    [mark.observation, mark.list],
  );
  const named = rows.flatMap((row) => [row.request_headers, row.response_headers, row.context]);
  const parts = [...named, ...replies.map(({ part }) => part)].filter((part) => part !== null);
  const roots = [...rows.map((row) => row.request_list), ...lists.map(({ n }) => n)];
  return { roots: new Set(roots), parts: new Set(parts) };
}
