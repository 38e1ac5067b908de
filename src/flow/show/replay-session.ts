// A session, or the sessions behind a commit, told again from the recorded bytes.
import type { Caller } from '../../model/caller.ts';
import type { Conversation, Turn } from '../../model/conversation.ts';
import { Fault } from '../../model/fault.ts';
import type { Session } from '../../model/session.ts';
import type { Store } from '../../store/store.ts';
import { readRulings } from '../pages/read-rulings.ts';
import { readStore } from './read-store.ts';
import { readTurn } from './read-turn.ts';
import { readNoteClaims } from '../attribute/read-note-claims.ts';
import { resolveRecord } from './resolve-record.ts';

/**
 * @param word session id (or its start), exchange id, or any revision.
 * @returns conversations in the order in which they began; an exchange gives its session up to it.
 * @throws Fault NO_SUCH_SESSION where nothing of a commit's conversations is in this store.
 */
export const replaySession = (caller: Caller, word: string): Promise<readonly Conversation[]> =>
  readStore(caller, async (store) => {
    const named = await resolveRecord(caller, store, word);
    if (named.kind === 'session') return [await readConversation(store, named.session)];
    if (named.kind === 'exchange') {
      const whole = await readConversation(store, named.session);
      const last = whole.turns.findIndex((turn) => turn.exchange.id === named.exchange.id);
      return [{ ...whole, turns: whole.turns.slice(0, last + 1) }];
    }
    const sessions = await sessionsOfCommit(caller, store, named.commit);
    const [first, ...more] = sessions;
    if (first === undefined)
      throw new Fault(
        'NO_SUCH_SESSION',
        `commit ${named.commit.slice(0, 12)}: no conversation behind it is in this store`,
        { fix: 'see what its note says: aitrail show COMMIT' },
      );
    const conversations = [];
    for (const session of [first, ...more])
      conversations.push(await readConversation(store, session));
    return conversations;
  });

/** Sessions of this store whose exchanges a commit's lines came from, oldest first. */
export async function sessionsOfCommit(
  caller: Caller,
  store: Store,
  commit: string,
): Promise<readonly Session[]> {
  const ids = new Set<string>();
  for (const id of await exchangesOfCommit(caller, store, commit)) {
    const exchange = await store.findExchange(id);
    if (exchange !== null) ids.add(exchange.session);
  }
  const sessions = await Promise.all([...ids].map((id) => store.findSession(id)));
  return sessions
    .filter((session) => session !== null)
    .toSorted((a, b) => a.startedAtMs - b.startedAtMs);
}

/** By the store's own record of the commit, else by what its note names. */
export async function exchangesOfCommit(
  caller: Caller,
  store: Store,
  commit: string,
): Promise<readonly string[]> {
  const record = await store.findCommit(commit);
  if (record !== null) return record.exchanges;
  const note = await readNoteClaims(caller, commit);
  return note?.exchanges.map(({ id }) => id) ?? [];
}

async function readConversation(store: Store, session: Session): Promise<Conversation> {
  const seen = new Set<string>();
  const turns: Turn[] = [];
  const rulings = await readRulings(store, session);
  for (const exchange of await store.listExchanges(session.id))
    turns.push({
      ...(await readTurn(store, exchange, seen)),
      rulings: rulings(exchange.id),
    });
  return { session, turns };
}
