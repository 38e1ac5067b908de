// Looks through every recorded byte, with as many readers as pay: the index knows words, and not of all that is kept.
import { availableParallelism } from 'node:os';
import type { Caller } from '../../model/caller.ts';
import type { ContentHit, ContentHolder } from '../../store/content-store.ts';
import type { Store } from '../../store/store.ts';
import { findSharedStore, openRecords } from '../record/open-records.ts';

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

/** Fewer blocks are read before another thread has started. */
const BLOCKS_FOR_THREADS = 12;
const THREADS_MAX = 4;

/** @throws Fault STORE_UNREADABLE. */
export async function scanRecordings(work: ScanWork, forms: readonly string[]): Promise<Scanned> {
  const { store, onStep } = work;
  const blocks = await store.cutContent();
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
  const readers = blocks.length < BLOCKS_FOR_THREADS ? [store] : await openReaders(work);
  try {
    await Promise.all(readers.map(readAll));
  } finally {
    await Promise.all(readers.flatMap((reader) => (reader === store ? [] : [reader.close()])));
  }
  return { holders: await store.findHolders(hits), bytes };
}

/** A team's store answers over its own connections: more of them would only wait for this process. */
async function openReaders({ caller, store }: ScanWork): Promise<readonly Store[]> {
  if ((await findSharedStore(caller)) !== null) return [store];
  const count = Math.min(availableParallelism(), THREADS_MAX);
  return Promise.all(
    Array.from({ length: count }, () => openRecords(caller, { mode: 'read', inProcess: false })),
  );
}
