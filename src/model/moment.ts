// Times as people type them: a date, or an age.

const UNIT_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `7d`, `12h` → milliseconds; null for anything else. */
export function parseAge(text: string): number | null {
  const [, count = '', unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  return unitMs === undefined ? null : Number(count) * unitMs;
}

/** @returns milliseconds since the epoch; null where it is neither a date nor an age. */
export function parseMoment(text: string, nowMs: number): number | null {
  const ageMs = parseAge(text);
  if (ageMs !== null) return nowMs - ageMs;
  const atMs = /^\d{4}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(atMs) ? null : atMs;
}
