// Exchanges as they are asked for.
import { isFault } from '../../model/fault.ts';
import type { Emission } from '../../model/edit.ts';
import type { EventMark, Exchange, ExchangeContext } from '../../model/session.ts';
import { exchangeOf } from '../exchange-row.ts';
import { pickOne, prefixRange } from '../id-prefix.ts';
import { parseMarks } from '../../model/event-marks.ts';
import { type Packed, unpack } from '../packing.ts';
import type { Store } from '../store.ts';
import type { Core } from './core.ts';
import { emissionsOf } from './emissions.ts';
import { findRow, type MonthlyRow, remember, ROWS } from './exchange-records.ts';
import { contentOf, readList, readParts } from './parts.ts';
import { type Ask, only } from './sql.ts';

export async function listExchanges(
  { sql, places }: Core,
  session: string,
): Promise<readonly Exchange[]> {
  const rows = await sql.ask<MonthlyRow>(`${ROWS} WHERE s.id = $1 ORDER BY e.n`, [session]);
  remember(places, rows);
  return rows.map(exchangeOf);
}

/** @throws Fault AMBIGUOUS_ID. */
export async function findExchange(ask: Ask, prefix: string): Promise<Exchange | null> {
  const rows = await ask<MonthlyRow>(
    `${ROWS} WHERE e.id >= $1 AND e.id < $2 ORDER BY e.id LIMIT 2`,
    prefixRange(prefix),
  );
  const row = pickOne(rows, prefix, 'exchange');
  return row === null ? null : exchangeOf(row);
}

export async function readHeaders(core: Core, id: string): ReturnType<Store['readHeaders']> {
  const { ask } = core.sql;
  const { month, request_headers, response_headers } = await findRow(ask, id, core.places);
  const both = [request_headers, ...(response_headers === null ? [] : [response_headers])];
  const parts = await readParts(ask, month, both);
  const read = (n: number | null): Headers =>
    n === null ? [] : JSON.parse(textOf(contentOf(parts, n)));
  return { request: read(request_headers), response: read(response_headers) };
}

type Headers = readonly (readonly [string, string])[];

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

export async function readContext(core: Core, id: string): Promise<ExchangeContext | null> {
  const { ask } = core.sql;
  const { month, context } = await findRow(ask, id, core.places);
  if (context === null) return null;
  const read: ExchangeContext = JSON.parse(
    textOf(contentOf(await readParts(ask, month, [context]), context)),
  );
  return read;
}

export async function readRequest(core: Core, id: string): Promise<Uint8Array> {
  const { ask } = core.sql;
  const { month, request_list } = await findRow(ask, id, core.places);
  const numbers = await readList(ask, month, request_list);
  const parts = await readParts(ask, month, numbers);
  return Buffer.concat(numbers.map((n) => contentOf(parts, n)));
}

/** The whole body, also of an exchange that is under way. */
export async function readReply(core: Core, id: string): Promise<Uint8Array> {
  const { ask } = core.sql;
  const { month, n } = await findRow(ask, id, core.places);
  const rows = await ask<Packed>(
    'SELECT codec, data FROM replies WHERE month = $1 AND exchange = $2 ORDER BY seq',
    [month, n],
  );
  return Buffer.concat(rows.map(unpack));
}

export const readEvents = async (
  { sql, places }: Core,
  id: string,
): Promise<readonly EventMark[]> =>
  parseMarks((await findRow(sql.ask, id, places)).marks ?? new Uint8Array());

export const countExchanges = async (ask: Ask): Promise<number> =>
  only(await ask<{ n: number }>('SELECT count(*) AS n FROM exchanges')).n;

/** None of an exchange that is not there. */
export async function listEmissions(
  { sql, places }: Core,
  exchange: string,
): Promise<readonly Emission[]> {
  const row = await findRow(sql.ask, exchange, places).catch((thrown: unknown) => {
    if (isFault(thrown) && thrown.code === 'NO_SUCH_EXCHANGE') return null;
    throw thrown;
  });
  return row === null ? [] : emissionsOf(sql.ask, row);
}
