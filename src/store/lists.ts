// Sequences of parts as rows.
import type { Database } from './database.ts';
import type { ListRow } from './follow-lists.ts';
import {
  type ListLink,
  type RecentLists,
  rememberList,
  shapeList,
  unfoldChain,
} from './list-shape.ts';

/** Stores a sequence; finds its parent among the group's recent ones. @returns the list's row. */
export function putList(
  database: Database,
  parts: readonly number[],
  recent: { readonly lists: RecentLists; readonly group: string },
): number {
  const shape = shapeList(recent.lists.get(recent.group) ?? [], parts);
  if (shape.kind === 'known') return shape.list.n;
  const { parent, prefix, suffix, depth, tail } = shape.link;
  const n = database.run(
    'INSERT INTO lists (parent, prefix, suffix, depth, tail) VALUES (?, ?, ?, ?, ?)',
    [parent, prefix, suffix, depth, tail],
  );
  rememberList(recent.lists, recent.group, { n, depth, parts });
  return n;
}

export function readList(database: Database, list: number): readonly number[] {
  const chain: ListLink[] = [];
  for (let next: number | null = list; next !== null;) {
    const link: ListLink | undefined = database.get<ListLink>(
      'SELECT parent, prefix, suffix, depth, tail FROM lists WHERE n = ?',
      [next],
    );
    if (link === undefined) throw new Error(`list ${next} is missing`);
    chain.push(link);
    next = link.parent;
  }
  return unfoldChain(chain);
}

/** All, oldest first. */
export const listRows = (database: Database): readonly ListRow[] =>
  database.all<ListRow>('SELECT n, parent, prefix, suffix, tail FROM lists ORDER BY n');
