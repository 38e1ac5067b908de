// What files held at a moment, as token fingerprints: lists of groups of lines.
import type { Database } from './database.ts';
import { formatGroup, groupLines, parseGroup } from './line-groups.ts';
import type { RecentLists } from './list-shape.ts';
import { putList, readList } from './lists.ts';
import { putPart, readPart } from './parts.ts';
import type { Observation } from './store.ts';

/** Of one path, the newest. */
export const OBSERVATIONS_MAX = 512;

export function addObservations(
  database: Database,
  lists: RecentLists,
  observations: readonly Observation[],
): void {
  for (const seen of observations) {
    const parts = groupLines(seen.lines).map((group) => putPart(database, formatGroup(group)));
    const group = `file ${seen.worktree}\n${seen.path}`;
    database.run(
      `INSERT INTO observations (repository, worktree, path, at_ms, exchange, moment, blob, list)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        seen.repository,
        seen.worktree,
        seen.path,
        seen.atMs,
        seen.exchange,
        seen.moment,
        seen.blob,
        putList(database, parts, { lists, group }),
      ],
    );
  }
}

/** @returns in time order; of each path the newest 512. */
export function findObservations(
  database: Database,
  repository: string,
  paths: readonly string[],
): readonly Observation[] {
  return [...new Set(paths)].flatMap((path) =>
    database
      .all<ObservationRow>(
        `SELECT * FROM observations WHERE repository = ? AND path = ? ORDER BY n DESC LIMIT ?`,
        [repository, path, OBSERVATIONS_MAX],
      )
      .toReversed()
      .map((row) => {
        const parts = readList(database, row.list);
        return observationOf(
          row,
          parts.flatMap((part) => parseGroup(readPart(database, part))),
        );
      }),
  );
}

export interface ObservationRow {
  readonly repository: string;
  readonly worktree: string;
  readonly path: string;
  readonly at_ms: number;
  readonly exchange: string;
  readonly moment: 'before' | 'after';
  readonly blob: string | null;
  readonly list: number;
}

export const observationOf = (row: ObservationRow, lines: Observation['lines']): Observation => ({
  repository: row.repository,
  worktree: row.worktree,
  path: row.path,
  atMs: row.at_ms,
  exchange: row.exchange,
  moment: row.moment,
  blob: row.blob,
  lines,
});
