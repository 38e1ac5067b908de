// aitrail uninstall: clients' settings are again what they were before `init --agent`, and the sessions that they named
// are over.
import { stateHome } from '../../config/places.ts';
import type { Caller } from '../../model/caller.ts';
import { openRecords } from '../record/open-records.ts';
import { alone } from '../alone.ts';
import { findDaemon } from '../daemon/find-daemon.ts';
import { endSession } from '../session/open-session.ts';
import { takeSettingBack } from './put-settings.ts';
import { lockPath, readSettled, type SettledAgent, writeSettled } from './settings-ledger.ts';

export interface Unsettled {
  /** Absolute: files that are as they were. */
  readonly restored: readonly string[];
  /** Those in which our part was changed or is gone. */
  readonly kept: readonly string[];
}

/** @param worktree absolute. Settings that another worktree asked for too stay. */
export async function unsettleAgents(caller: Caller, worktree: string): Promise<Unsettled> {
  const home = stateHome(caller.env);
  if ((await readSettled(home)).length === 0) return { restored: [], kept: [] };
  return alone(lockPath(home), async () => {
    const left: SettledAgent[] = [];
    const done: Unsettled[] = [];
    for (const settled of await readSettled(home)) {
      const worktrees = settled.worktrees.filter((one) => one !== worktree);
      if (worktrees.length === settled.worktrees.length) left.push(settled);
      else if (worktrees.length > 0) left.push({ ...settled, worktrees });
      else done.push(await releaseAgent(caller, settled));
    }
    await writeSettled(home, left);
    return {
      restored: [...new Set(done.flatMap(({ restored }) => restored))],
      kept: [...new Set(done.flatMap(({ kept }) => kept))],
    };
  });
}

export async function releaseAgent(caller: Caller, settled: SettledAgent): Promise<Unsettled> {
  const restored: string[] = [];
  const kept: string[] = [];
  for (const change of settled.changes.toReversed())
    ((await takeSettingBack(change)) ? restored : kept).push(change.path);
  await endGrant(caller, settled.grant);
  return { restored, kept };
}

async function endGrant(caller: Caller, grant: string): Promise<void> {
  const daemon = await findDaemon(caller.env);
  if (daemon !== null) {
    await endSession({ daemon, grant });
    return;
  }
  const store = await openRecords(caller, { mode: 'write' });
  try {
    await store.endGrant(grant, Date.now());
  } finally {
    await store.close();
  }
}
