// Ids by their first characters.
import { Fault } from '../model/fault.ts';

/** Every id that begins with the prefix; `~` sorts above all characters of ids. */
export const prefixRange = (prefix: string): readonly [string, string] => [prefix, `${prefix}~`];

/** @throws Fault AMBIGUOUS_ID where two ids begin alike and none is the prefix itself. */
export function pickOne<Row extends { readonly id: string }>(
  rows: readonly Row[],
  prefix: string,
  what: string,
): Row | null {
  const [first, second] = rows;
  if (first === undefined || prefix === '') return null;
  if (second !== undefined && first.id !== prefix)
    throw new Fault('AMBIGUOUS_ID', `${what} ${prefix}: ${first.id} and others begin like that`);
  return first;
}
