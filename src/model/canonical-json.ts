// RFC 8785 (JCS): one text for one value, so that it can be hashed.
import { isObject } from './json.ts';

/**
 * @param value plain JSON; members that are undefined are left out, as JSON.stringify does.
 * @throws TypeError for what JSON cannot hold (bigint, NaN, cycles).
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (isObject(value)) {
    let members = '';
    // RFC 8785 3.2.3: keys sort by UTF-16 code unit, which is what sorting strings does
    for (const key of Object.keys(value).toSorted()) {
      if (value[key] === undefined) continue;
      members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(value[key])}`;
    }
    return `{${members}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new TypeError('a number that is not finite has no JSON form');
  return JSON.stringify(value) ?? 'null';
}
