// Makes exchanges known to search that were not when they ended: of older versions, refused, cut off by a crash.
import type { Store } from '../../store/store.ts';
import { textsOf } from '../record/exchange-texts.ts';
import { readTurn } from './read-turn.ts';

/** @returns how many there were to index; 0 when nothing is left. */
export async function indexExchanges(store: Store, limit: number): Promise<number> {
  const ids = await store.listUnindexed(limit);
  for (const id of ids) {
    const exchange = await store.findExchange(id);
    if (exchange === null) continue; // pruned meanwhile
    const { isSideCall, asked, replied } = await readTurn(store, exchange, new Set());
    await store.indexExchange(id, isSideCall ? [] : textsOf(asked, replied));
  }
  return ids.length;
}
