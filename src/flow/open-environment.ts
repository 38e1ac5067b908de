// A session for a shell or a CI job: the variables that lead any agent through the proxy.
import { environmentFor } from '../agents/environment.ts';
import type { Caller } from '../model/caller.ts';
import { openSession } from './open-session.ts';

/** @param script the program's own entry. @throws Fault where no session can be opened. */
export async function openEnvironment(
  caller: Caller,
  script: string,
): Promise<Readonly<Record<string, string>>> {
  const { grant, baseUrl, hasConnection } = await openSession(caller, { agent: null, script });
  const target = { baseUrl, hasConnection, session: grant, env: caller.env };
  return environmentFor({ ...target, tempDir: '' }); // no variable names a file of ours
}
