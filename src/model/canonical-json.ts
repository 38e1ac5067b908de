// RFC 8785 (JCS): one text for one value, so that it can be hashed.
import { isObject } from './json.ts';

/**
 * @param value plain JSON; members that are undefined are left out, as JSON.stringify does.
 * @throws TypeError for what JSON cannot hold (bigint, NaN, cycles).
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (isObject(value)) {
    // RFC 8785 3.2.3: keys sort by UTF-16 code unit, which is what comparing strings does
    const keys = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .toSorted((a, b) => (a < b ? -1 : 1));
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`).join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new TypeError('a number that is not finite has no JSON form');
  return JSON.stringify(value) ?? 'null';
}
