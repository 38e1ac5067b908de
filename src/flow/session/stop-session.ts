// aitrail sessions stop: the session's token is dead from now on, and what is under way with it is cut.
import { findAgentSignals, SESSION_VARIABLE } from '../../model/agent-signals.ts';
import type { Caller } from '../../model/caller.ts';
import type { NewEvent } from '../../model/event.ts';
import { Fault } from '../../model/fault.ts';
import type { Session } from '../../model/session.ts';
import { openRecords } from '../record/open-records.ts';
import { askDaemon, findDaemon } from '../daemon/find-daemon.ts';
import { nameCaller } from '../keep/name-caller.ts';
import { readStore } from '../show/read-store.ts';

const ASK_TIMEOUT_MS = 10_000;
const LOCK_WAIT_MS = 3000;

/** @param prefix start of a session's id. @throws Fault NO_SUCH_SESSION, AMBIGUOUS_ID, STORE_LOCKED. */
export async function stopSession(caller: Caller, prefix: string): Promise<Session> {
  const session = await readStore(caller, (store) => store.findSession(prefix));
  if (session === null) throw new Fault('NO_SUCH_SESSION', `session ${prefix} is not in the store`);
  const event = await describe(caller, session);
  const daemon = await findDaemon(caller.env);
  if (daemon !== null) {
    const body = JSON.stringify({ grant: session.grant, event });
    const question = { method: 'POST', path: '/stop-grant', body } as const;
    await askDaemon(daemon, { ...question, timeoutMs: ASK_TIMEOUT_MS });
    return session;
  }
  const options = { mode: 'write', inProcess: true, lockWaitMs: LOCK_WAIT_MS } as const;
  const store = await openRecords(caller, options);
  try {
    await store.endGrant(session.grant, event.atMs);
    await store.addEvent(event);
  } finally {
    await store.close();
  }
  return session;
}

async function describe(caller: Caller, session: Session): Promise<NewEvent> {
  const isAgent = [SESSION_VARIABLE].some((name) => (caller.env[name] ?? '') !== '');
  return {
    kind: 'stopped',
    atMs: Date.now(),
    detail: {
      session: session.id,
      grant: session.grant,
      by: await nameCaller(caller),
      variables: [...(isAgent ? [SESSION_VARIABLE] : []), ...findAgentSignals(caller.env)],
    },
  };
}
