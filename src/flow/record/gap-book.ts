// What passed unrecorded, as records of their own: kept in memory while the store cannot take them, written as soon as it
// can. A daemon that is killed before that leaves them in its log alone.
import { setTimeout as sleep } from 'node:timers/promises';
import type { NewEvent } from '../../model/event.ts';
import type { Store } from '../../store/store.ts';

export interface GapBook {
  /** Never throws and keeps nobody waiting. */
  keep(gap: NewEvent): void;
}

const RETRY_MS = 2000;
/** Later ones are counted and not kept. */
const GAPS_MAX = 1000;

export function openGapBook(store: Pick<Store, 'addEvent'>, retryMs = RETRY_MS): GapBook {
  const waiting: NewEvent[] = [];
  const state = { isWriting: false, dropped: 0 };
  /** @returns false where the store still cannot. */
  const write = async (gap: NewEvent): Promise<boolean> => {
    try {
      const { dropped } = state;
      await store.addEvent(dropped === 0 ? gap : { ...gap, detail: { ...gap.detail, dropped } });
      state.dropped -= dropped;
      return true;
    } catch {
      return false; // the log has told it, and the next try comes
    }
  };
  const drain = async (): Promise<void> => {
    for (let [gap] = waiting; gap !== undefined; [gap] = waiting) {
      if (await write(gap)) waiting.shift();
      else await sleep(retryMs, undefined, { ref: false });
    }
    state.isWriting = false;
  };
  return {
    keep: (gap) => {
      if (waiting.length < GAPS_MAX) waiting.push(gap);
      else state.dropped += 1;
      if (state.isWriting) return;
      state.isWriting = true;
      void drain();
    },
  };
}
