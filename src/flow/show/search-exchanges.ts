// aitrail search: exchanges that fit a query, the newest first, each with the place where its words stand.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../../model/caller.ts';
import { isFault } from '../../model/fault.ts';
import type { SearchFilter, SearchHit, SearchQuery } from '../../model/search.ts';
import { pickSnippet } from '../../model/search-marks.ts';
import type { Exchange, Session } from '../../model/session.ts';
import { findRepository } from '../../git/open-repository.ts';
import { openRecords } from '../record/open-records.ts';
import type { Store } from '../../store/store.ts';
import { textsOf } from '../record/exchange-texts.ts';
import { indexExchanges } from './index-exchanges.ts';
import { readStore } from './read-store.ts';
import { readTurn } from './read-turn.ts';

export interface Searched {
  readonly hits: readonly SearchHit[];
  /** Are there recordings whose text is not indexed yet? */
  readonly isPartial: boolean;
}

/** How long a search may spend on recordings that are not indexed yet. */
const INDEX_MS = 1000;
const INDEX_TOGETHER = 20;
const LOOK_MS = 20;

/** @throws Fault STORE_UNREADABLE, STORE_NEWER. */
export async function searchExchanges(
  caller: Caller,
  query: SearchQuery,
  limit: number,
): Promise<Searched> {
  if (query.terms.length > 0) await indexRest(caller);
  const asked = await withConnections(caller, query);
  return readStore(caller, async (store) => {
    const found = await store.searchExchanges(asked, limit);
    const sessions = new Map<string, Session>();
    const hits: SearchHit[] = [];
    for (const exchange of found) {
      const session = sessions.get(exchange.session) ?? (await store.findSession(exchange.session));
      if (session === null) continue; // pruned between two reads
      sessions.set(exchange.session, session);
      hits.push({ exchange, session, snippet: await readSnippet(store, exchange, query) });
    }
    const isPartial = query.terms.length > 0 && (await store.listUnindexed(1)).length > 0;
    return { hits, isPartial };
  });
}

async function readSnippet(
  store: Store,
  exchange: Exchange,
  { terms }: SearchQuery,
): Promise<SearchHit['snippet']> {
  const { asked, replied } = await readTurn(store, exchange, new Set());
  const texts = textsOf(asked, replied);
  // without words to look for, what the person asked says most
  const ordered = texts.toSorted(
    (a, b) => Number(b.kind === 'prompt') - Number(a.kind === 'prompt'),
  );
  return pickSnippet(terms.length === 0 ? ordered : texts, terms);
}

/** Where no daemon does it: some of it now. */
async function indexRest(caller: Caller): Promise<void> {
  const isComplete = await readStore(
    caller,
    async (store) => (await store.listUnindexed(1)).length === 0,
  );
  if (isComplete) return;
  try {
    const store = await openRecords(caller, { mode: 'write', inProcess: true, lockWaitMs: 0 });
    try {
      const untilMs = Date.now() + INDEX_MS;
      while (Date.now() < untilMs && (await indexExchanges(store, INDEX_TOGETHER)) > 0);
    } finally {
      await store.close();
    }
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    // the daemon holds the store and does it itself, in a moment what has just ended; a full disk only keeps it partial
    if (thrown.code === 'STORE_LOCKED') await waitForWriter(caller);
  }
}

async function waitForWriter(caller: Caller): Promise<void> {
  const untilMs = Date.now() + INDEX_MS;
  await readStore(caller, async (store) => {
    while (Date.now() < untilMs && (await store.listUnindexed(1)).length > 0) await sleep(LOOK_MS);
  });
}

/** `resource:` with an absolute URL: connections are what recordings know of hosts. */
async function withConnections(caller: Caller, query: SearchQuery): Promise<SearchQuery> {
  if (!query.filters.some(isAbsolute)) return query;
  const { loadPolicy } = await import('../policy/load-policy.ts'); // the schema takes a while to load
  const { connections } = await loadPolicy(caller, await findRepository(caller));
  const filters = query.filters.map((filter) => {
    const [, method = '', url = ''] = ABSOLUTE.exec(filter.value) ?? [];
    if (!isAbsolute(filter)) return filter;
    const under = Object.values(connections).flatMap(({ name, upstream }) => {
      const base = upstream.replace(/\/+$/, '');
      return url.startsWith(base) ? [{ name, path: url.slice(base.length) }] : [];
    });
    const path = under[0]?.path ?? '';
    const value = `${method}${path === '' ? '/*' : path}`;
    return { ...filter, value, connections: under.map(({ name }) => name) };
  });
  return { ...query, filters };
}

const ABSOLUTE = /^([A-Z]+ +)?(https?:\/\/.+)$/s;

const isAbsolute = ({ key, value }: SearchFilter): boolean =>
  key === 'resource' && ABSOLUTE.test(value);
