// aitrail export of the recordings: every exchange that fits, read from the store one by one.
import type { Caller } from '../../model/caller.ts';
import type { Turn } from '../../model/conversation.ts';
import type { Exchange, Session } from '../../model/session.ts';
import type { CommitRecord, Store } from '../../store/store.ts';
import { openRepository } from '../../git/open-repository.ts';
import { listChanges } from '../../git/list-changes.ts';
import type { ExportQuery } from '../attest/export-notes.ts';
import type { SessionFilter } from '../session/find-sessions.ts';
import { readStore } from './read-store.ts';
import { readTurn } from './read-turn.ts';
import { exchangesOfCommit } from './replay-session.ts';

export interface ExportedExchange {
  readonly session: Session;
  readonly turn: Turn;
  /** Commits that hold its lines. */
  readonly commits: readonly CommitRecord[];
  /** null while it is under way. */
  readonly log: { readonly index: number; readonly leafHash: string } | null;
}

/**
 * Sessions in the order in which they began, each whole before the next.
 *
 * @param give called for each; what it gives is awaited. @throws Fault STORE_UNREADABLE, NO_SUCH_REVISION.
 */
export const exportExchanges = (
  caller: Caller,
  { range, filter }: ExportQuery,
  give: (one: ExportedExchange) => Promise<void>,
): Promise<void> =>
  readStore(caller, async (store) => {
    const wanted = range === null ? null : await exchangesOfRange(caller, store, range);
    const sessions = await store.listSessions({ ...filter, limit: Number.MAX_SAFE_INTEGER });
    let left = filter.limit ?? Infinity;
    for (const session of sessions.toSorted((a, b) => a.startedAtMs - b.startedAtMs)) {
      const seen = new Set<string>();
      for (const exchange of await store.listExchanges(session.id)) {
        if (left <= 0) return;
        if (!fits(exchange, filter) || wanted?.has(exchange.id) === false) continue;
        left -= 1;
        const turn = await readTurn(store, exchange, seen);
        const [commits, log] = await Promise.all([
          store.findCommits(exchange.id),
          placeOf(store, exchange),
        ]);
        await give({ session, turn, commits, log });
      }
    }
  });

async function placeOf(store: Store, { logIndex }: Exchange): Promise<ExportedExchange['log']> {
  if (logIndex === null) return null;
  const [entry] = await store.readLog(logIndex, 1);
  const hash = entry?.leafHash ?? new Uint8Array();
  return { index: logIndex, leafHash: Buffer.from(hash).toString('hex') };
}

const fits = (exchange: Exchange, { model, sinceMs, untilMs }: SessionFilter): boolean =>
  (model === undefined || exchange.model === model) &&
  exchange.startedAtMs >= (sinceMs ?? -Infinity) &&
  exchange.startedAtMs <= (untilMs ?? Infinity);

async function exchangesOfRange(
  caller: Caller,
  store: Store,
  range: string,
): Promise<ReadonlySet<string>> {
  await openRepository(caller);
  const wanted = new Set<string>();
  for (const { commit } of await listChanges(caller, range))
    for (const id of await exchangesOfCommit(caller, store, commit)) wanted.add(id);
  return wanted;
}
