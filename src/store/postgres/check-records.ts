// Recomputes log leaves from the records that they stand for.
import { digestOfDigests } from '../../log/leaf.ts';
import { isFault } from '../../model/fault.ts';
import { eventLeaf, type EventRow } from '../event-row.ts';
import { nameOf } from '../leaf-name.ts';
import type { Packed } from '../packing.ts';
import type { LogEntry, RecordCheck } from '../store.ts';
import { type MonthlyRow, recordLeaf, ROWS } from './exchange-records.ts';
import { readLog } from './log.ts';
import { isSound, readList, readParts } from './parts.ts';
import type { Ask } from './sql.ts';

/** Records looked at side by side: no more than there are connections. */
const SIDE_BY_SIDE = 8;

export async function checkRecords(
  ask: Ask,
  firstIndex: number,
  count: number,
): Promise<readonly RecordCheck[]> {
  const entries = await readLog(ask, firstIndex, count);
  const named = entries.map((entry) => ({ entry, ...nameOf(entry) }));
  const idsOf = (kind: string): readonly string[] =>
    named.filter((one) => one.kind === kind).map(({ id }) => id);
  const events = await ask<EventRow>('SELECT * FROM events WHERE id = ANY($1)', [idsOf('event')]);
  const rows = await ask<MonthlyRow>(`${ROWS} WHERE e.id = ANY($1)`, [idsOf('exchange')]);
  const leaves = new Map(events.map((event) => [event.id, eventLeaf(event)]));
  const exchanges = new Map(rows.map((row) => [row.id, row]));
  const checks: RecordCheck[] = [];
  for (let first = 0; first < named.length; first += SIDE_BY_SIDE)
    checks.push(
      ...(await Promise.all(
        named.slice(first, first + SIDE_BY_SIDE).map(({ entry, kind, id }) => {
          const row = kind === 'exchange' ? exchanges.get(id) : undefined;
          if (row !== undefined) return recompute(ask, entry, row);
          const expected = kind === 'event' ? (leaves.get(id) ?? null) : null;
          return Promise.resolve({ index: entry.index, expected, gone: null, damage: null });
        }),
      )),
    );
  return checks;
}

async function recompute(ask: Ask, { index }: LogEntry, row: MonthlyRow): Promise<RecordCheck> {
  try {
    const expected = await recordLeaf(ask, row);
    return { index, expected, gone: null, damage: await findDamage(ask, row) };
  } catch (thrown) {
    if (isFault(thrown)) throw thrown;
    // rows that cannot even be read are damage too; the log must name them, not stop at them
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return { index, expected: null, gone: null, damage: why };
  }
}

async function findDamage(ask: Ask, row: MonthlyRow): Promise<string | null> {
  const { month, request_headers, response_headers, context } = row;
  const request = await readList(ask, month, row.request_list);
  const others = [request_headers, response_headers, context].filter((n) => n !== null);
  const parts = await readParts(ask, month, [...request, ...others]);
  const isWhole = (n: number | null): boolean => {
    const part = n === null ? null : parts.get(n);
    return part === null || (part !== undefined && isSound(part));
  };
  const digests = request.map((n) => parts.get(n)?.sha256 ?? new Uint8Array());
  const isOwn = Buffer.from(digestOfDigests(digests)).equals(row.request_record);
  if (!isOwn || !request.every(isWhole)) return 'request body';
  if (!isWhole(request_headers)) return 'request headers';
  if (!isWhole(response_headers)) return 'response headers';
  if (!isWhole(context)) return 'context';
  const replies = await ask<Packed & { sha256: Uint8Array }>(
    'SELECT sha256, codec, data FROM replies WHERE month = $1 AND exchange = $2',
    [month, row.n],
  );
  return replies.every(isSound) ? null : 'reply body';
}
