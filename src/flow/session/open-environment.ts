// A session for a shell or a CI job: the variables that lead any agent through the proxy.
import { custodyVariables } from '../../agents/custody.ts';
import { environmentFor } from '../../agents/environment.ts';
import type { Caller } from '../../model/caller.ts';
import { openForwarding } from './forward-variables.ts';
import { openSession } from './open-session.ts';

/** @param script the program's own entry. @param notify one line for the person. @throws Fault where no session can be opened. */
export async function openEnvironment(
  caller: Caller,
  script: string,
  notify: (line: string) => void,
): Promise<Readonly<Record<string, string>>> {
  const session = await openSession(caller, { agent: null, script });
  if (session.notice !== null) notify(session.notice);
  const { grant, baseUrl, hasConnection } = session;
  const forward = session.wantsForwarding ? await openForwarding(caller, session, notify) : {};
  const keys = custodyVariables(session.custody, session.token);
  const target = { baseUrl, hasConnection, session: grant, env: caller.env };
  return environmentFor({ ...target, forward, keys });
}
