// A reply's recorded bytes on their way to the store: gathered to pieces worth a write, the last of them for the record's
// end.
import type { Connection } from '../../model/policy.ts';
import type { Store } from '../../store/store.ts';
import { withinLimit } from './http-limit.ts';

export interface ReplyBytes {
  /** @returns a promise where the store has to catch up; it rejects with what the store fails at. */
  keep(record: Uint8Array): Promise<void> | null;
  /** Resolves when all that was given to the store is written. @returns what was not given to it. */
  takeRest(): Promise<Uint8Array>;
}

const WRITE_BYTES = 256 * 1024;

export function openReplyBytes(
  store: Pick<Store, 'appendReply'>,
  { id, connection }: { readonly id: string; readonly connection: Connection },
): ReplyBytes {
  let writing = Promise.resolve();
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let keptBytes = 0;
  // copied also where it is one piece: it may be a corner of a large buffer, and all of that would go to the store's thread
  const takeWaiting = (): Uint8Array => {
    const bytes = Buffer.concat(waiting);
    waiting = [];
    waitingBytes = 0;
    return bytes;
  };
  /** One write at a time: a slow disk slows the reader down. */
  const write = (): Promise<void> => {
    const bytes = takeWaiting();
    writing = writing.then(() => store.appendReply(id, bytes));
    return writing;
  };
  return {
    keep: (record) => {
      const kept = withinLimit(connection, record, keptBytes);
      if (kept.length === 0) return null;
      keptBytes += kept.length;
      waiting.push(kept);
      waitingBytes += kept.length;
      return waitingBytes >= WRITE_BYTES ? write() : null;
    },
    takeRest: async () => {
      await writing;
      return takeWaiting();
    },
  };
}
