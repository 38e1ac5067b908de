// aitrail backup and restore.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { stateHome } from '../../config/places.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { restoreBackup, writeBackup } from '../../store/backup.ts';
import type { BackupFacts } from '../../store/backup-facts.ts';
import { storeFile } from '../../store/database.ts';
import { stopDaemon } from '../daemon/find-daemon.ts';
import { findSharedStore } from '../record/open-records.ts';
import { refuseAgent } from '../session/refuse-agent.ts';
import { nameCaller } from './name-caller.ts';

/** @throws Fault OUT_UNWRITABLE, STORE_FULL, STORE_UNREADABLE. */
export async function backUp(caller: Caller, file: string): Promise<BackupFacts> {
  await refuseShared(caller);
  return writeBackup(stateHome(caller.env), resolve(caller.cwd, file));
}

/** The daemon leaves first: what is under way is let finish. @throws Fault BACKUP_INVALID, STORE_NEWER, AGENT_NOT_ALLOWED. */
export async function restore(caller: Caller, file: string): Promise<BackupFacts> {
  await refuseAgent(caller, 'restore');
  await refuseShared(caller);
  const by = await nameCaller(caller);
  await stopDaemon(caller.env);
  return restoreBackup(stateHome(caller.env), resolve(caller.cwd, file), by);
}

/** Bytes; 0 where nothing can be read. */
export const measureStore = ({ env }: Caller): number => sizeOf(storeFile(stateHome(env)));
export const measureBackup = ({ cwd }: Caller, file: string): number => sizeOf(resolve(cwd, file));

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0; // what is wrong with it is for the copying to say
  }
}

/** A database is its server's to back up, with all that it guarantees. */
async function refuseShared(caller: Caller): Promise<void> {
  if ((await findSharedStore(caller)) !== null)
    throw new Fault('USAGE', 'the recordings are in PostgreSQL', {
      fix: 'use its own tools: pg_dump, pg_restore, point-in-time recovery',
    });
}
