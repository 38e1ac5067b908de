// Content that nothing refers to any more, of months out of which something was taken. What instances remember of lists and
// parts counts for one epoch; each sweep ends it, and who writes on with an older one is told to look again.
import { followLists, type ListRow, type ReferringRow, WHOLE } from '../follow-lists.ts';
import type { Core } from './core.ts';
import { type Ask, only } from './sql.ts';

/** @param lock held by whoever takes recordings away. */
export async function sweep(core: Core, lock: number): Promise<void> {
  for (const { month } of await core.sql.ask<{ month: number }>('SELECT month FROM unswept'))
    await core.sql.transaction(async (ask) => {
      await ask('SELECT pg_advisory_xact_lock($1)', [lock]);
      // nobody refers to anything new before we are done
      await ask(
        'LOCK TABLE ONLY exchanges, ONLY observations, ONLY lists IN SHARE ROW EXCLUSIVE MODE',
      );
      await ask('UPDATE sweeps SET epoch = epoch + 1');
      await sweepMonth(ask, month);
      await ask('DELETE FROM unswept WHERE month = $1', [month]);
    });
}

async function sweepMonth(ask: Ask, month: number): Promise<void> {
  const live = new Set<number>();
  const needs = new Map<number, typeof WHOLE>();
  for (const row of await ask<ReferringRow>(
    'SELECT request_headers, response_headers, context, request_list FROM exchanges WHERE month = $1',
    [month],
  )) {
    for (const part of [row.request_headers, row.response_headers, row.context])
      if (part !== null) live.add(part);
    needs.set(row.request_list, WHOLE);
  }
  for (const { list } of await ask<{ list: number }>(
    'SELECT DISTINCT list FROM observations WHERE month = $1',
    [month],
  ))
    needs.set(list, WHOLE);
  const lists = await ask<ListRow>(
    'SELECT n, parent, prefix, suffix, tail FROM lists WHERE month = $1 ORDER BY n DESC',
    [month],
  );
  const unneeded = followLists(lists, needs, live);
  await ask('DELETE FROM lists WHERE month = $1 AND n = ANY($2)', [month, unneeded]);
  await ask('DELETE FROM parts WHERE month = $1 AND NOT (n = ANY($2))', [month, [...live]]);
  await markObjects(ask, [month]);
}

/** Their objects are looked at when this is committed. */
export const markObjects = async (ask: Ask, months: readonly number[]): Promise<void> =>
  void (await ask(
    'INSERT INTO unswept_objects SELECT unnest($1::integer[]) ON CONFLICT DO NOTHING',
    [months],
  ));

/** The epoch that what is remembered counts for. */
export async function epochOf(core: Core): Promise<number> {
  core.memory.epoch ??= only(
    await core.sql.ask<{ epoch: number }>('SELECT epoch FROM sweeps'),
  ).epoch;
  return core.memory.epoch;
}

/** Somebody has swept since: nothing that is remembered of lists and parts counts. */
export function forgetEpoch(core: Core): void {
  core.memory.epoch = null;
  core.lists.clear();
}
