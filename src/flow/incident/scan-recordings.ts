// Looks through every recorded byte, with as many readers as pay: the index knows words, and not of all that is kept.
import { availableParallelism } from 'node:os';
import { stateHome } from '../../config/places.ts';
import type { Caller } from '../../model/caller.ts';
import type {
  ContentBlock,
  ContentFound,
  ContentHit,
  ContentHolder,
} from '../../store/content-store.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { findSharedStore } from '../record/open-records.ts';

export interface Scanned {
  /** Oldest first. */
  readonly holders: readonly ContentHolder[];
  readonly bytes: number;
}

export interface ScanWork {
  readonly caller: Caller;
  readonly store: Store;
  /** Told after each step. */
  readonly onStep: (done: number, all: number) => void;
}

/** Fewer are read before another thread has started. */
const EXCHANGES_FOR_THREADS = 5000;
const THREADS_MAX = 4;

/**
 * @param meanwhile asks this store something else while readers start.
 * @throws Fault STORE_UNREADABLE, and what `meanwhile` throws.
 */
export async function scanRecordings<T>(
  work: ScanWork,
  forms: readonly string[],
  meanwhile: () => Promise<T>,
): Promise<Scanned & { readonly asked: T }> {
  const { store } = work;
  const opening = Promise.all(await startReaders(work));
  opening.catch(() => undefined); // told where it is waited for
  try {
    const asked = await meanwhile();
    const blocks = await store.cutContent();
    const found = await readBlocks({ ...work, readers: await opening, blocks }, forms);
    return { holders: await store.findHolders(found.hits), bytes: found.bytes, asked };
  } finally {
    const opened = await opening;
    await Promise.all(opened.flatMap((reader) => (reader === store ? [] : [reader.close()])));
  }
}

interface BlockWork extends ScanWork {
  readonly readers: readonly Store[];
  readonly blocks: readonly ContentBlock[];
}

/** Each reader takes the next block once it has read one. */
async function readBlocks(
  { readers, blocks, onStep }: BlockWork,
  forms: readonly string[],
): Promise<ContentFound> {
  const hits: ContentHit[] = [];
  let next = 0;
  let bytes = 0;
  let done = 0;
  const readAll = async (reader: Store): Promise<void> => {
    for (let block = blocks[next++]; block !== undefined; block = blocks[next++]) {
      const found = await reader.findForms(block, forms);
      hits.push(...found.hits);
      bytes += found.bytes;
      done += 1;
      onStep(done, blocks.length);
    }
  };
  await Promise.all(readers.map(readAll));
  return { hits, bytes };
}

/** A team's store answers over its own connections: more of them would only wait for this process. */
async function startReaders({ caller, store }: ScanWork): Promise<readonly Promise<Store>[]> {
  const isShared = (await findSharedStore(caller)) !== null;
  if (isShared || (await store.countExchanges()) < EXCHANGES_FOR_THREADS)
    return [Promise.resolve(store)];
  const home = stateHome(caller.env);
  const count = Math.min(availableParallelism(), THREADS_MAX);
  // each thread is there before the next line: what this one does then keeps none of them waiting
  return Array.from({ length: count }, () => openStore({ home, mode: 'read', inProcess: false }));
}
