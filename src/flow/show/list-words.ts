// What a shell may complete a word to: ids of recordings, and names that git knows.
import { findRepository } from '../../git/open-repository.ts';
import { gitText } from '../../git/run-git.ts';
import type { Caller } from '../../model/caller.ts';
import { isFault } from '../../model/fault.ts';
import type { Exchange, Session } from '../../model/session.ts';
import { readStore } from './read-store.ts';

/** Newest first: more are not read in a list. */
const IDS_MAX = 50;
const SESSIONS_ASKED = 20;

export const listSessionIds = (caller: Caller): Promise<readonly Session[]> =>
  orNone(readStore(caller, (store) => store.listSessions({ limit: IDS_MAX })));

/** Of the newest sessions, the newest first. */
export const listExchangeIds = (caller: Caller): Promise<readonly Exchange[]> =>
  orNone(
    readStore(caller, async (store) => {
      const found: Exchange[] = [];
      for (const { id } of await store.listSessions({ limit: SESSIONS_ASKED })) {
        if (found.length >= IDS_MAX) break;
        found.push(...(await store.listExchanges(id)).toReversed());
      }
      return found.slice(0, IDS_MAX);
    }),
  );

/** Branches, tags and HEAD by their short names. */
export const listRevisions = (caller: Caller): Promise<readonly string[]> =>
  orNone(readRevisions(caller));

async function readRevisions(caller: Caller): Promise<readonly string[]> {
  if ((await findRepository(caller)) === null) return [];
  const places = ['refs/heads', 'refs/tags', 'refs/remotes'];
  const names = await gitText(caller, ['for-each-ref', '--format=%(refname:short)', ...places]);
  return ['HEAD', ...names.split('\n').filter((name) => name !== '')];
}

/** Whoever presses TAB is told nothing of faults. */
async function orNone<T>(reading: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await reading;
  } catch (thrown) {
    if (isFault(thrown)) return [];
    throw thrown;
  }
}
