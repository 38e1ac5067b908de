// The part of the store's interface that search works with.
import type { SearchQuery, SearchText } from '../model/search.ts';
import type { Exchange } from '../model/session.ts';
import type { ContentStore } from './content-store.ts';

export interface SearchStore extends ContentStore {
  /** Newest first. */
  searchExchanges(query: SearchQuery, limit: number): Promise<readonly Exchange[]>;
  /** Ids of ended exchanges that search does not know yet, the newest first. */
  listUnindexed(limit: number): Promise<readonly string[]>;
  indexExchange(exchange: string, texts: readonly SearchText[]): Promise<void>;
}
