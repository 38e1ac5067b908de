// aitrail erase: what was recorded of one person or session, for good.
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { Hold, Removable, Removal } from '../../model/removal.ts';
import { refuseAgent } from '../session/refuse-agent.ts';
import { readStore } from '../show/read-store.ts';
import { askRemoval } from './ask-removal.ts';
import { nameCaller } from './name-caller.ts';
import type { RemovalWork } from './remove-recordings.ts';
import type { LocalStore } from '../../store/upkeep-store.ts';

export interface Erasure extends Pick<RemovalWork, 'onStep'> {
  readonly user: string | null;
  /** Start of an id. */
  readonly session: string | null;
  readonly beforeMs: number | null;
  readonly isDryRun: boolean;
}

export interface Erased {
  readonly found: Removable;
  /** What went; 0 in a dry run. */
  readonly exchanges: number;
  readonly isDryRun: boolean;
}

/** @throws Fault AGENT_NOT_ALLOWED, SESSION_HELD naming the sessions, NO_SUCH_SESSION, STORE_LOCKED. */
export async function eraseRecordings(caller: Caller, erasure: Erasure): Promise<Erased> {
  const { isDryRun, onStep } = erasure;
  if (!isDryRun) await refuseAgent(caller, 'erase');
  if (erasure.user === null && erasure.session === null)
    throw new Fault('USAGE', 'erase: of whom?', {
      fix: 'aitrail erase --user ada@example.com, or --session ID',
    });
  const { removal, found } = await readStore(caller, async (store) => {
    const wanted = await removalOf(store, erasure);
    return { removal: wanted, found: await store.countRemovable(wanted) };
  });
  if (found.held.length > 0) throw held(found.held);
  if (isDryRun) return { found, exchanges: 0, isDryRun };
  const exchanges = await askRemoval(caller, [removal], { by: await nameCaller(caller), onStep });
  return { found, exchanges, isDryRun };
}

async function removalOf(
  store: LocalStore,
  { user, session, beforeMs }: Erasure,
): Promise<Removal> {
  const named = session === null ? null : await store.findSession(session);
  if (session !== null && named === null)
    throw new Fault('NO_SUCH_SESSION', `session ${session} is not in the store`);
  return { why: 'erased', beforeMs, user, session: named?.id ?? null, worktree: null };
}

const held = (holds: readonly Hold[]): Fault =>
  new Fault(
    'SESSION_HELD',
    `erase: held are ${holds.map(({ session, reason }) => `${session} (${reason})`).join(', ')}`,
    { fix: `release each first: aitrail sessions release ${holds[0]?.session ?? 'ID'}` },
  );
