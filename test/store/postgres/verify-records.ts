// A store's log against its records, as `aitrail log verify` does it, for stores that no configuration names.
import { expect } from 'vitest';
import { isSameHash, leafHash } from '../../../src/log/hash.ts';
import type { Store } from '../../../src/store/store.ts';

/** Every leaf recomputed from its record, the tree from its leaves. @returns how many leaves there are. */
export async function verifyRecords(store: Store): Promise<number> {
  const size = await store.logSize();
  const entries = await store.readLog(0, size);
  expect(entries.map(({ index }) => index)).toEqual(Array.from({ length: size }, (_, i) => i));
  expect(entries.filter(({ data, leafHash: hash }) => !isSameHash(leafHash(data), hash))).toEqual(
    [],
  );
  const checks = await store.checkRecords(0, size);
  expect(checks.filter(({ damage }) => damage !== null)).toEqual([]);
  const told = checks.filter(({ expected }) => expected !== null);
  expect(told.map(({ expected }) => String(expected))).toEqual(
    told.map(({ index }) => String(entries[index]?.data)),
  );
  return size;
}
