// Sequences of parts, each told as its difference from an earlier one: shared beginning, own middle, shared end.
import type { Database } from './database.ts';
import { formatCounts, parseCounts } from './counts.ts';

/** A list longer than this many steps from a whole one is stored whole: reading stays cheap. */
const DEPTH_MAX = 64;
/** A session's requests alternate between a main conversation and side ones; any of the last may be the parent. */
const RECENT_MAX = 6;
/** Lists kept in memory, over all sessions. */
const GROUPS_MAX = 256;

interface ListRef {
  readonly n: number;
  readonly depth: number;
  readonly parts: readonly number[];
}

/** The last lists of each group (a session), so that finding a parent reads nothing. */
export type RecentLists = Map<string, readonly ListRef[]>;

/** Stores a sequence; finds its parent among the group's recent ones. */
export function putList(
  database: Database,
  parts: readonly number[],
  recent: { readonly lists: RecentLists; readonly group: string },
): number {
  const known = recent.lists.get(recent.group) ?? [];
  const stored = storeList(database, parts, pickParent(known, parts));
  const isSame = known.some((list) => list.n === stored.n);
  if (!isSame) {
    recent.lists.delete(recent.group);
    recent.lists.set(recent.group, [stored, ...known].slice(0, RECENT_MAX));
    const [oldest] = recent.lists.keys();
    if (recent.lists.size > GROUPS_MAX && oldest !== undefined) recent.lists.delete(oldest);
  }
  return stored.n;
}

export function readList(database: Database, list: number): readonly number[] {
  const chain: ListRow[] = [];
  for (let next: number | null = list; next !== null;) {
    const row: ListRow | undefined = database.get<ListRow>(
      'SELECT parent, prefix, suffix, depth, tail FROM lists WHERE n = ?',
      [next],
    );
    if (row === undefined) throw new Error(`list ${next} is missing`);
    chain.push(row);
    next = row.parent;
  }
  let parts: readonly number[] = [];
  for (const row of chain.toReversed()) {
    const end = row.suffix === 0 ? [] : parts.slice(-row.suffix);
    parts = [...parts.slice(0, row.prefix), ...parseCounts(row.tail), ...end];
  }
  return parts;
}

interface ListRow {
  readonly parent: number | null;
  readonly prefix: number;
  readonly suffix: number;
  readonly depth: number;
  readonly tail: Uint8Array;
}

interface Parent {
  readonly list: ListRef;
  readonly prefix: number;
  readonly suffix: number;
}

function storeList(database: Database, parts: readonly number[], parent: Parent | null): ListRef {
  const isRepeat =
    parent !== null && parent.prefix === parts.length && parent.list.parts.length === parts.length;
  if (isRepeat) return parent.list;
  const base = parent !== null && parent.list.depth < DEPTH_MAX ? parent : null;
  const { prefix, suffix } = base ?? { prefix: 0, suffix: 0 };
  const depth = base === null ? 0 : base.list.depth + 1;
  const tail = formatCounts(parts.slice(prefix, parts.length - suffix));
  const n = database.run(
    'INSERT INTO lists (parent, prefix, suffix, depth, tail) VALUES (?, ?, ?, ?, ?)',
    [base?.list.n ?? null, prefix, suffix, depth, tail],
  );
  return { n, depth, parts };
}

function pickParent(known: readonly ListRef[], parts: readonly number[]): Parent | null {
  let best: Parent | null = null;
  for (const list of known) {
    const candidate = compare(list, parts);
    const shared = candidate.prefix + candidate.suffix;
    if (shared > 0 && shared > (best === null ? 0 : best.prefix + best.suffix)) best = candidate;
  }
  return best;
}

function compare(list: ListRef, parts: readonly number[]): Parent {
  const room = Math.min(list.parts.length, parts.length);
  let prefix = 0;
  while (prefix < room && list.parts[prefix] === parts[prefix]) prefix += 1;
  let suffix = 0;
  while (suffix < room - prefix && list.parts.at(-1 - suffix) === parts.at(-1 - suffix))
    suffix += 1;
  return { list, prefix, suffix };
}
