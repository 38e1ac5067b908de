// What all calls of one opened store share.
import { randomBytes } from 'node:crypto';
import type { RecentLists } from '../list-shape.ts';
import { type Months, openMonths } from './months.ts';
import type { ObjectRows } from './object-rows.ts';
import type { Sql } from './sql.ts';

/** An exchange under way, as this instance knows it. */
export interface OpenExchange {
  readonly n: number;
  readonly month: number;
  /** Of the reply's next piece. */
  nextSeq: number;
  /** Pieces on their way, the last of them. */
  writing: Promise<void>;
}

export interface Core {
  readonly sql: Sql;
  readonly objects: ObjectRows;
  readonly months: Months;
  /** This process among those that write. */
  readonly instance: number;
  /** All of it can be read again from the rows. */
  readonly lists: RecentLists;
  readonly open: Map<string, OpenExchange>;
  /** Months of exchanges that were met: asked for with it the server looks into one table instead of all. */
  readonly places: Map<string, number>;
  /** Which sweep it was read after; null: not known. */
  readonly memory: { epoch: number | null };
}

export const openCore = (sql: Sql, objects: ObjectRows): Core => ({
  sql,
  objects,
  months: openMonths(sql),
  // 48 bits: no two instances meet
  instance: randomBytes(6).readUIntBE(0, 6),
  lists: new Map(),
  open: new Map(),
  places: new Map(),
  memory: { epoch: null },
});
