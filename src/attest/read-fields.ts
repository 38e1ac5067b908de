// Reading members of JSON that another machine wrote: each reader checks kind, bounds and characters, and names what is
// wrong. Unknown members are never looked at.
import { Fault } from '../model/fault.ts';
import { isObject, type JsonObject } from '../model/json.ts';

const HEX = /^[0-9a-f]+$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/** @throws Fault NOTE_MALFORMED, as every reader here. */
export function refuse(what: string): never {
  throw new Fault('NOTE_MALFORMED', `statement: ${what}`);
}

export const objectOf = (value: unknown, name: string): JsonObject =>
  isObject(value) ? value : refuse(`${name} is no object`);

export function textOf(from: JsonObject, name: string, charsMax: number): string {
  const value = from[name];
  if (typeof value !== 'string') return refuse(`${name} is no string`);
  return value.length > charsMax ? refuse(`${name} is longer than ${charsMax}`) : value;
}

/** Absent counts as null. */
export const textOrNull = (from: JsonObject, name: string, charsMax: number): string | null =>
  (from[name] ?? null) === null ? null : textOf(from, name, charsMax);

/** @param lengths which numbers of digits are right. */
export function hexOf(from: JsonObject, name: string, lengths: readonly number[]): string {
  const value = textOf(from, name, Math.max(...lengths));
  return HEX.test(value) && lengths.includes(value.length)
    ? value
    : refuse(`${name} is not lower-case hex of the right length`);
}

export const hexOrNull = (
  from: JsonObject,
  name: string,
  lengths: readonly number[],
): string | null => ((from[name] ?? null) === null ? null : hexOf(from, name, lengths));

export function countOf(from: JsonObject, name: string, min: number): number {
  const value = from[name];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min
    ? value
    : refuse(`${name} is no whole number from ${min}`);
}

export const countOrNull = (from: JsonObject, name: string, min: number): number | null =>
  (from[name] ?? null) === null ? null : countOf(from, name, min);

export function oneOf<T extends string>(from: JsonObject, name: string, known: readonly T[]): T {
  const value = from[name];
  return known.find((each) => each === value) ?? refuse(`${name} is none of ${known.join(', ')}`);
}

export function listOf<T>(
  from: JsonObject,
  list: { readonly name: string; readonly itemsMax: number },
  read: (item: unknown) => T,
): readonly T[] {
  const value = from[list.name];
  if (!Array.isArray(value)) return refuse(`${list.name} is no list`);
  if (value.length > list.itemsMax) return refuse(`${list.name} has over ${list.itemsMax} items`);
  return value.map((item: unknown) => read(item));
}

/** RFC 3339, UTC. */
export function timeOf(from: JsonObject, name: string): string {
  const value = textOf(from, name, 40);
  return TIME.test(value) && !Number.isNaN(Date.parse(value))
    ? value
    : refuse(`${name} is no UTC time`);
}

export const timeOrNull = (from: JsonObject, name: string): string | null =>
  (from[name] ?? null) === null ? null : timeOf(from, name);

/** Repository-relative with forward slashes. */
export function repositoryPathOf(from: JsonObject, name: string): string {
  const value = textOf(from, name, 4096);
  const isOutside = value === '' || value.startsWith('/') || value.includes('\0');
  return isOutside || value.split('/').some((part) => part === '..' || part === '.')
    ? refuse(`${name} leads out of the repository`)
    : value;
}
