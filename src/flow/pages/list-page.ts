// A page of the list of sessions, and how many there are.
import type { Caller } from '../../model/caller.ts';
import type { SessionsPage } from '../../model/pages.ts';
import type { SessionFilter } from '../../store/store.ts';
import { readStore } from '../show/read-store.ts';

export const listPage = (caller: Caller, filter: SessionFilter): Promise<SessionsPage> =>
  readStore(caller, async (store) => ({
    sessions: await store.listSessions(filter),
    total: await store.countSessions(filter),
  }));
