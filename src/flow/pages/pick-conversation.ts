// Where the pages open for a word that `aitrail replay` takes.
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { readStore } from '../show/read-store.ts';
import { sessionsOfCommit } from '../show/replay-session.ts';
import { resolveRecord } from '../show/resolve-record.ts';

export interface PickedConversation {
  readonly session: string;
  /** The exchange to begin at; null for the first. */
  readonly exchange: string | null;
  /** Further sessions behind a commit. */
  readonly others: readonly string[];
}

/** @throws Fault NO_SUCH_SESSION, NO_SUCH_EXCHANGE, NO_SUCH_REVISION, AMBIGUOUS_ID. */
export const pickConversation = (caller: Caller, word: string): Promise<PickedConversation> =>
  readStore(caller, async (store) => {
    const named = await resolveRecord(caller, store, word);
    if (named.kind === 'session') return { session: named.session.id, exchange: null, others: [] };
    if (named.kind === 'exchange')
      return { session: named.session.id, exchange: named.exchange.id, others: [] };
    const [first, ...others] = await sessionsOfCommit(caller, store, named.commit);
    if (first === undefined)
      throw new Fault(
        'NO_SUCH_SESSION',
        `commit ${named.commit.slice(0, 12)}: no conversation behind it is in this store`,
        { fix: 'see what its note says: aitrail show COMMIT' },
      );
    return { session: first.id, exchange: null, others: others.map(({ id }) => id) };
  });
