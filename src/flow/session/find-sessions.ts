// Lists recorded sessions, newest first.
import type { Caller } from '../../model/caller.ts';
import type { Session } from '../../model/session.ts';
import type { SessionFilter } from '../../store/store.ts';
import { readStore } from '../show/read-store.ts';

export type { SessionFilter } from '../../store/store.ts';

export const findSessions = (caller: Caller, filter: SessionFilter): Promise<readonly Session[]> =>
  readStore(caller, (store) => store.listSessions(filter));
