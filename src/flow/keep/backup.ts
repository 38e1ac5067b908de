// aitrail backup and restore.
import { resolve } from 'node:path';
import { stateHome } from '../../config/places.ts';
import type { Caller } from '../../model/caller.ts';
import { type BackupFacts, restoreBackup, writeBackup } from '../../store/backup.ts';
import { stopDaemon } from '../daemon/find-daemon.ts';
import { refuseAgent } from '../session/refuse-agent.ts';
import { nameCaller } from './name-caller.ts';

/** @throws Fault OUT_UNWRITABLE, STORE_FULL, STORE_UNREADABLE. */
export const backUp = async (caller: Caller, file: string): Promise<BackupFacts> =>
  writeBackup(stateHome(caller.env), resolve(caller.cwd, file));

/** The daemon leaves first: what is under way is let finish. @throws Fault BACKUP_INVALID, STORE_NEWER, AGENT_NOT_ALLOWED. */
export async function restore(caller: Caller, file: string): Promise<BackupFacts> {
  await refuseAgent(caller, 'restore');
  const by = await nameCaller(caller);
  await stopDaemon(caller.env);
  return restoreBackup(stateHome(caller.env), resolve(caller.cwd, file), by);
}
