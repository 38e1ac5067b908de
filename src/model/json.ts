// Reading JSON of unknown shape without type assertions.

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isString = (value: unknown): value is string => typeof value === 'string';

/** The member as an object, or an empty one. */
export const objectAt = (value: unknown, key: string): JsonObject => {
  const member = isObject(value) ? value[key] : undefined;
  return isObject(member) ? member : {};
};

export const arrayAt = (value: unknown, key: string): readonly unknown[] => {
  const member = isObject(value) ? value[key] : undefined;
  return Array.isArray(member) ? member : [];
};

export const stringAt = (value: unknown, key: string): string | null => {
  const member = isObject(value) ? value[key] : undefined;
  return typeof member === 'string' ? member : null;
};

export const numberAt = (value: unknown, key: string): number | null => {
  const member = isObject(value) ? value[key] : undefined;
  return typeof member === 'number' ? member : null;
};

/** @returns undefined where the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined; // the caller decides what a malformed text means
  }
}

/** Every text in a value, in order; names of members aside. */
export function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}
