// What files held at a moment, as token fingerprints: lists of groups of lines.
import { formatGroup, groupLines, parseGroup } from '../line-groups.ts';
import { type ObservationRow, observationOf, OBSERVATIONS_MAX } from '../observation-rows.ts';
import type { Observation } from '../store.ts';
import type { Core } from './core.ts';
import { contentOf, putList, putParts, readLists, readParts } from './parts.ts';
import type { Ask } from './sql.ts';
import { epochOf, forgetEpoch } from './sweep.ts';

export async function addObservations(
  core: Core,
  observations: readonly Observation[],
): Promise<void> {
  for (const seen of observations) while (!(await tryAdd(core, seen))) forgetEpoch(core);
}

/** @returns false where somebody has swept meanwhile. */
async function tryAdd(core: Core, seen: Observation): Promise<boolean> {
  const epoch = await epochOf(core);
  const month = await core.months.open(seen.atMs);
  const { ask } = core.sql;
  const parts = await putParts(core, month, groupLines(seen.lines).map(formatGroup));
  const group = `file ${seen.worktree}\n${seen.path}`;
  const numbers = parts.map(({ n }) => n);
  const list = await putList(ask, numbers, { month, lists: core.lists, group });
  const added = await ask(
    `INSERT INTO observations (month, repository, worktree, path, at_ms, exchange, moment, blob, list)
       SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 WHERE (SELECT epoch FROM sweeps) = $10 RETURNING n`,
    [
      month,
      seen.repository,
      seen.worktree,
      seen.path,
      seen.atMs,
      seen.exchange,
      seen.moment,
      seen.blob,
      list,
      epoch,
    ],
  );
  return added.length > 0;
}

interface Row extends ObservationRow {
  readonly month: number;
}

/** @returns in time order; of each path the newest 512. */
export async function findObservations(
  ask: Ask,
  repository: string,
  paths: readonly string[],
): Promise<readonly Observation[]> {
  const found: Observation[] = [];
  for (const path of new Set(paths)) {
    const rows = await ask<Row>(
      `SELECT * FROM observations WHERE repository = $1 AND path = $2 ORDER BY n DESC LIMIT ${OBSERVATIONS_MAX}`,
      [repository, path],
    );
    const lines = await readLines(ask, rows);
    for (const row of rows.toReversed()) found.push(observationOf(row, lines.get(row.list) ?? []));
  }
  return found;
}

/** @returns the lines of each list. */
async function readLines(
  ask: Ask,
  rows: readonly Row[],
): Promise<ReadonlyMap<number, Observation['lines']>> {
  const lines = new Map<number, Observation['lines']>();
  for (const month of new Set(rows.map((row) => row.month))) {
    const numbers = rows.filter((row) => row.month === month).map((row) => row.list);
    const lists = await readLists(ask, month, [...new Set(numbers)]);
    const parts = await readParts(ask, month, [...lists.values()].flat());
    for (const [list, groups] of lists)
      lines.set(
        list,
        groups.flatMap((n) => parseGroup(contentOf(parts, n))),
      );
  }
  return lines;
}
