// What the daemon says about itself, or what its state directory says while it does not run.
import { runFiles, stateHome } from '../../config/places.ts';
import { readLogEnd } from '../../daemon/log-file.ts';
import type { Caller } from '../../model/caller.ts';
import type { DaemonStatus } from '../../model/daemon-status.ts';
import { numberAt, parseJson, stringAt } from '../../model/json.ts';
import { openRecords } from '../record/open-records.ts';
import { askDaemon, findDaemon } from './find-daemon.ts';

const ASK_TIMEOUT_MS = 10_000;

/** @throws Fault STORE_UNREADABLE and the like where no daemon runs and the store cannot be read either. */
export async function readDaemonStatus(caller: Caller): Promise<DaemonStatus> {
  const home = stateHome(caller.env);
  const info = await findDaemon(caller.env);
  if (info === null) return { ...STOPPED, ...(await countRecords(caller)), store: home };
  const question = { method: 'GET', path: '/status', timeoutMs: ASK_TIMEOUT_MS } as const;
  const said = parseJson(await askDaemon(info, question));
  return {
    running: true,
    pid: info.pid,
    url: info.url,
    socket: info.socket,
    version: stringAt(said, 'version'),
    uptimeSeconds: Math.round((numberAt(said, 'uptimeMs') ?? 0) / 1000),
    sessions: numberAt(said, 'sessions') ?? 0,
    exchanges: numberAt(said, 'exchanges') ?? 0,
    store: home,
  };
}

const STOPPED = {
  running: false,
  pid: null,
  url: null,
  socket: null,
  version: null,
  uptimeSeconds: 0,
};

async function countRecords(caller: Caller): Promise<{ sessions: number; exchanges: number }> {
  const store = await openRecords(caller, { mode: 'read' });
  try {
    return {
      sessions: await store.countSessions({}),
      exchanges: await store.countExchanges(),
    };
  } finally {
    await store.close();
  }
}

/** @returns the last lines of the daemon's log, oldest first. */
export const readDaemonLog = (caller: Caller, lines: number): Promise<string> =>
  readLogEnd(runFiles(stateHome(caller.env)).log, lines);
