// Takes recordings away for good: rows first, each step with its entry in the log, then what nothing refers to any more.
import type { Removal } from '../../model/removal.ts';
import { openStore } from '../../store/open-store.ts';
import type { Garbage, LocalStore } from '../../store/upkeep-store.ts';

export interface RemovalWork {
  readonly store: LocalStore;
  /** State directory. */
  readonly home: string;
  /** Who is said in the log to have done it. */
  readonly by: string;
  /** Is told how many exchanges are gone so far. */
  readonly onStep?: ((gone: number) => void) | undefined;
}

/** Lists and parts of one step. */
const TOGETHER = 1000;

/** @returns exchanges that went. Stopped at any point, the next call goes on. */
export async function removeRecordings(
  { store, home, by, onStep = () => undefined }: RemovalWork,
  removals: readonly Removal[],
): Promise<number> {
  let count = 0;
  for (const removal of removals)
    for (let went = -1; went !== 0; count += went) {
      onStep(count);
      went = await store.removeExchanges(removal, by);
    }
  if (await store.isUnswept()) await sweep(store, home);
  return count;
}

async function sweep(store: LocalStore, home: string): Promise<void> {
  const { lists, parts, mark } = await findGarbage(home);
  for (const some of slicesOf(lists)) await store.dropGarbage({ lists: some, parts: [], mark });
  for (const some of slicesOf(parts)) await store.dropGarbage({ lists: [], parts: some, mark });
  for (let from: number | null = Number.MIN_SAFE_INTEGER; from !== null;)
    from = await store.dropFingerprints(from);
  for (let isMore = await store.compact(true); isMore;) isMore = await store.compact(false);
}

/** In a thread of its own: following all references takes a while, and nobody's recording waits for it. */
async function findGarbage(home: string): Promise<Garbage> {
  const reader = await openStore({ home, mode: 'read', inProcess: false });
  try {
    return await reader.findGarbage();
  } finally {
    await reader.close();
  }
}

const slicesOf = (numbers: readonly number[]): readonly (readonly number[])[] =>
  Array.from({ length: Math.ceil(numbers.length / TOGETHER) }, (_, i) =>
    numbers.slice(i * TOGETHER, (i + 1) * TOGETHER),
  );
