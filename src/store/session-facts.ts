// What a session is told after it began, and whose it is.
import type { Database } from './database.ts';
import type { SessionFacts } from './store.ts';

interface Known {
  readonly n: number;
  readonly grant_id: string;
  readonly repository: string | null;
  /** The client's own id of the conversation that started this one. */
  readonly parent: string | null;
}

/** Some clients do not say with their first request where they are, or who started them. */
export function learnMore(database: Database, known: Known, { place, parent }: SessionFacts): void {
  if (known.repository === null && place.repository !== null)
    database.run(
      'UPDATE sessions SET repository = ?, worktree = ?, remote = ?, branch = ?, head = ? WHERE n = ?',
      [place.repository, place.worktree, place.remote, place.branch, place.head, known.n],
    );
  if (known.parent === null && parent !== undefined && parent !== null)
    database.run('UPDATE sessions SET parent = ? WHERE n = ?', [parent, known.n]);
}

/** @returns id of the session whose sub-agent this one is; null where it is nobody's, or that one is not recorded. */
export function findParent(database: Database, { n, grant_id, parent }: Known): string | null {
  if (parent === null) return null;
  const row = database.get<{ id: string }>(
    'SELECT id FROM sessions WHERE grant_id = ? AND conversation = ? AND n <> ?',
    [grant_id, parent, n],
  );
  return row?.id ?? null;
}
