// Hands a hook to the running daemon, which has the store open: for those who could not ask it through curl.
import { runFiles, stateHome } from '../../config/places.ts';
import { askControl } from '../../daemon/control.ts';
import { readRunInfo } from '../../daemon/run-info.ts';
import type { Caller } from '../../model/caller.ts';
import { readVersion } from '../../model/version.ts';

/** As long as hooks/run.sh waits. */
const DEADLINE_MS = 1000;

/** @returns the daemon's answer; null where none of this version answers in time. */
export async function askDaemonHook(caller: Caller, body: string): Promise<string | null> {
  const info = await readRunInfo(runFiles(stateHome(caller.env)).daemon);
  if (info === null || info.version !== readVersion()) return null;
  const question = { method: 'POST', path: '/hook', body, timeoutMs: DEADLINE_MS } as const;
  const answer = await askControl(info.socket, question);
  return answer?.status === 200 ? answer.body : null;
}
