// Which secrets of a kind were masked in recordings, and when each was first seen: `aitrail search --masked`.
import type { Caller } from '../../model/caller.ts';
import type { MaskedSecret } from '../../model/masked.ts';
import type { SearchFilter, SearchQuery } from '../../model/search.ts';
import type { Exchange } from '../../model/session.ts';
import { kindOf } from '../../secrets/placeholder.ts';
import { readStore } from '../show/read-store.ts';

/**
 * @param what a rule (`github-pat`), the word that its placeholders hold (`github_pat`), or one whole placeholder.
 * @param query which exchanges to look at; what it says of masks is left aside.
 * @returns each secret once, the one seen first in front.
 * @throws Fault STORE_UNREADABLE, STORE_NEWER.
 */
export const findMasked = (
  caller: Caller,
  what: string,
  query: SearchQuery,
): Promise<readonly MaskedSecret[]> =>
  readStore(caller, async (store) => {
    const found = new Map<string, MaskedSecret>();
    for (const exchange of await store.searchExchanges(maskedIn(query, what), ALL)) {
      const held = new Set(exchange.masks.map(({ placeholder }) => placeholder));
      for (const placeholder of [...held].filter((one) => isAsked(one, what)))
        found.set(placeholder, addSight(found.get(placeholder), { placeholder, exchange }));
    }
    return [...found.values()].toSorted((a, b) => a.firstSeenAtMs - b.firstSeenAtMs);
  });

const ALL = Number.MAX_SAFE_INTEGER;

function maskedIn(query: SearchQuery, what: string): SearchQuery {
  const others = query.filters.filter(({ key }) => key !== 'masked');
  const names = [what, `AITRAIL_${kindOf(what)}_*`];
  const masked = names.map((value): SearchFilter => ({ key: 'masked', value, isNot: false }));
  return { ...query, filters: [...others, ...masked] };
}

const isAsked = (placeholder: string, what: string): boolean =>
  placeholder === what ||
  placeholder.slice('AITRAIL_'.length, -'_12345678'.length) === kindOf(what);

function addSight(
  before: MaskedSecret | undefined,
  { placeholder, exchange }: { readonly placeholder: string; readonly exchange: Exchange },
): MaskedSecret {
  const atMs = exchange.startedAtMs;
  const isFirst = before === undefined || atMs < before.firstSeenAtMs;
  return {
    placeholder,
    firstSeenAtMs: Math.min(atMs, before?.firstSeenAtMs ?? atMs),
    lastSeenAtMs: Math.max(atMs, before?.lastSeenAtMs ?? atMs),
    session: isFirst ? exchange.session : before.session,
    exchange: isFirst ? exchange.id : before.exchange,
    exchanges: (before?.exchanges ?? 0) + 1,
  };
}
