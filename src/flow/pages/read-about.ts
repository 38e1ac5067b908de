// Where the pages are served from, and the state of the log.
import { stateHome } from '../../config/places.ts';
import { findRepository } from '../../git/open-repository.ts';
import type { Caller } from '../../model/caller.ts';
import type { AboutPage, StatusPage } from '../../model/pages.ts';
import type { GoneRecords } from '../../model/removal.ts';
import { readVersion } from '../../model/version.ts';
import { readDaemonStatus } from '../daemon/daemon-status.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { readStore } from '../show/read-store.ts';

const EVENTS_SHOWN = 200;

export async function readAbout(caller: Caller): Promise<AboutPage> {
  const repository = await findRepository(caller);
  return {
    version: readVersion(),
    store: stateHome(caller.env),
    repository:
      repository === null
        ? null
        : {
            name: nameOf(repository.worktree ?? repository.commonDir),
            worktree: repository.worktree,
          },
  };
}

const nameOf = (path: string): string => path.split(/[\\/]/).findLast((step) => step !== '') ?? '';

export async function readStatus(caller: Caller): Promise<StatusPage> {
  const daemon = await readDaemonStatus(caller);
  const { retentionDays } = await loadPolicy(caller, await findRepository(caller));
  return readStore(caller, async (store) => ({
    daemon: {
      isRunning: daemon.running,
      url: daemon.url,
      version: daemon.version,
      uptimeSeconds: daemon.uptimeSeconds,
    },
    store: daemon.store,
    sessions: await store.countSessions({}),
    exchanges: await store.countExchanges(),
    retentionDays,
    ...goneOf(await store.listGone()),
    holds: await store.listHolds(),
    logSize: await store.logSize(),
    checkpoint: await store.lastCheckpoint(),
    events: await store.listEvents({ limit: EVENTS_SHOWN }),
  }));
}

function goneOf(gone: readonly GoneRecords[]): Pick<StatusPage, 'pruned' | 'erased'> {
  const countOf = (why: GoneRecords['why']): number =>
    gone.reduce((sum, each) => sum + (each.why === why ? each.count : 0), 0);
  return { pruned: countOf('pruned'), erased: countOf('erased') };
}
