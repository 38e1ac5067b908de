// Which secrets of a kind were masked in recordings, and when each was first seen: `aitrail search --masked`.
import type { Caller } from '../../model/caller.ts';
import type { MaskedSecret } from '../../model/masked.ts';
import type { Exchange } from '../../model/session.ts';
import { kindOf, PLACEHOLDER } from '../../secrets/placeholder.ts';
import type { SessionFilter, Store } from '../../store/store.ts';
import { readStore } from '../show/read-store.ts';

/**
 * @param what a rule (`github-pat`), the word that its placeholders hold (`github_pat`), or one whole placeholder.
 * @returns each secret once, the one seen first in front.
 * @throws Fault STORE_UNREADABLE, STORE_NEWER.
 */
export const findMasked = (
  caller: Caller,
  what: string,
  filter: SessionFilter,
): Promise<readonly MaskedSecret[]> =>
  readStore(caller, async (store) => {
    const found = new Map<string, MaskedSecret>();
    for (const session of await store.listSessions(filter))
      for (const exchange of await store.listExchanges(session.id)) {
        const held = [...(await placeholdersIn(store, exchange))];
        for (const placeholder of held.filter((one) => isAsked(one, what)))
          found.set(placeholder, addSight(found.get(placeholder), { placeholder, exchange }));
      }
    return [...found.values()].toSorted((a, b) => a.firstSeenAtMs - b.firstSeenAtMs);
  });

async function placeholdersIn(store: Store, exchange: Exchange): Promise<ReadonlySet<string>> {
  const [{ request, response }, ...bodies] = await Promise.all([
    store.readHeaders(exchange.id),
    store.readRequest(exchange.id),
    store.readReply(exchange.id),
  ]);
  const texts = [
    exchange.url,
    ...[...request, ...response].map(([, value]) => value),
    ...bodies.map((bytes) => Buffer.from(bytes).toString('latin1')),
  ];
  return new Set(texts.flatMap((text) => text.match(PLACEHOLDER) ?? []));
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
