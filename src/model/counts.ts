// Small whole numbers in few bytes: seven bits a byte, the highest bit says that more follow.

/** @param counts whole numbers from 0 to 2^53 - 1. */
export function formatCounts(counts: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (const count of counts) addCount(bytes, count);
  return Uint8Array.from(bytes);
}

/** Appends one. */
export function addCount(bytes: number[], count: number): void {
  let rest = count;
  // division, for numbers above 32 bits
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

/** Reads what `formatCounts` wrote. */
export function parseCounts(bytes: Uint8Array): readonly number[] {
  const counts: number[] = [];
  let count = 0;
  let unit = 1;
  for (const byte of bytes) {
    count += (byte % 128) * unit;
    if (byte < 128) {
      counts.push(count);
      [count, unit] = [0, 1];
    } else {
      unit *= 128;
    }
  }
  return counts;
}
