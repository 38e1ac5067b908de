// The record of an exchange: its row, what belongs to it in other tables, and its leaf.
import { digestOfDigests } from '../../log/leaf.ts';
import { formatExchangeLeaf, type RowDigests } from '../exchange-leaf.ts';
import type { ExchangeRow } from '../exchange-row.ts';
import { digestEmissions } from '../emission-row.ts';
import { Fault } from '../../model/fault.ts';
import { findWritten } from './emissions.ts';
import { APPEND, leafValues } from './log.ts';
import { type Ask, only } from './sql.ts';

export interface MonthlyRow extends ExchangeRow {
  readonly month: number;
}

/** Before WHERE. */
export const ROWS =
  'SELECT e.*, s.id AS session_id FROM exchanges e JOIN sessions s ON s.n = e.session';

const PLACES_MAX = 10_000;

/** @param places months by id, where they are known; grows. @throws Fault NO_SUCH_EXCHANGE. */
export async function findRow(
  ask: Ask,
  id: string,
  places: Map<string, number> = new Map(),
): Promise<MonthlyRow> {
  const month = places.get(id);
  const [row] =
    month === undefined
      ? await ask<MonthlyRow>(`${ROWS} WHERE e.id = $1`, [id])
      : await ask<MonthlyRow>(`${ROWS} WHERE e.id = $1 AND e.month = $2`, [id, month]);
  if (row === undefined) throw new Fault('NO_SUCH_EXCHANGE', `exchange ${id} is not in the store`);
  remember(places, [row]);
  return row;
}

export function remember(places: Map<string, number>, rows: readonly MonthlyRow[]): void {
  if (places.size > PLACES_MAX) places.clear();
  for (const { id, month } of rows) places.set(id, month);
}

interface Numbered {
  readonly n: number;
  readonly month: number;
}

interface Digests {
  readonly context_sha: Uint8Array | null;
  readonly request_sha: Uint8Array;
  readonly response_sha: Uint8Array | null;
  /** Of the reply's pieces, in order. */
  readonly replies: readonly Uint8Array[];
}

const RECORD = `SELECT e.*, s.id AS session_id,
    (SELECT sha256 FROM parts WHERE month = e.month AND n = e.context) AS context_sha,
    (SELECT sha256 FROM parts WHERE month = e.month AND n = e.request_headers) AS request_sha,
    (SELECT sha256 FROM parts WHERE month = e.month AND n = e.response_headers) AS response_sha,
    ARRAY(SELECT sha256 FROM replies WHERE month = e.month AND exchange = e.n ORDER BY seq) AS replies
  FROM exchanges e JOIN sessions s ON s.n = e.session WHERE e.month = $1 AND e.n = $2`;

/** The row, and what its leaf says of other tables, as they are now. */
export async function readRecord(
  ask: Ask,
  { month, n }: Numbered,
): Promise<{ readonly row: MonthlyRow; readonly digests: RowDigests }> {
  const row = only(await ask<MonthlyRow & Digests>(RECORD, [month, n]));
  const digests = {
    context: row.context_sha,
    emissions: digestEmissions(await findWritten(ask, { month, n })),
    reply: digestOfDigests(row.replies),
    requestHeaders: row.request_sha,
    responseHeaders: row.response_sha,
  };
  return { row, digests };
}

/** The leaf as the rows say it now. */
export async function recordLeaf(ask: Ask, numbered: Numbered): Promise<Uint8Array> {
  const { row, digests } = await readRecord(ask, numbered);
  return formatExchangeLeaf(row, digests);
}

/** Inside the transaction that ends it. @returns the leaf's index. */
export async function appendRecord(ask: Ask, { month, n }: Numbered): Promise<number> {
  const data = await recordLeaf(ask, { month, n });
  const key = `exchange ${month} ${n}`;
  const rows = await ask<{ log_index: number }>(
    `WITH ${APPEND}
     UPDATE exchanges SET log_index = leaf.n FROM leaf WHERE month = $4 AND exchanges.n = $5 RETURNING log_index`,
    [...leafValues({ key, data }), month, n],
  );
  return only(rows).log_index;
}
