// Legal hold: a session that neither age nor erasure takes away until somebody releases it. Both are in the log.
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { stringAt } from '../../model/json.ts';
import type { Hold } from '../../model/removal.ts';
import { openRecords } from '../record/open-records.ts';
import { askDaemon, findDaemon } from '../daemon/find-daemon.ts';
import { refuseAgent } from '../session/refuse-agent.ts';
import { readStore } from '../show/read-store.ts';
import { nameCaller } from './name-caller.ts';
import type { LocalStore } from '../../store/upkeep-store.ts';

const ASK_TIMEOUT_MS = 10_000;
const LOCK_WAIT_MS = 3000;

export interface HoldChange {
  /** Whole id. */
  readonly session: string;
  /** null: released. */
  readonly reason: string | null;
  readonly by: string;
}

/** @param prefix start of a session's id. @throws Fault NO_SUCH_SESSION, AMBIGUOUS_ID, STORE_LOCKED. */
export async function holdSession(caller: Caller, prefix: string, reason: string): Promise<string> {
  const session = await findId(caller, prefix);
  await change(caller, { session, reason, by: await nameCaller(caller) });
  return session;
}

/** @throws as holdSession; AGENT_NOT_ALLOWED, NOT_HELD. */
export async function releaseSession(caller: Caller, prefix: string): Promise<string> {
  await refuseAgent(caller, 'sessions release');
  const session = await findId(caller, prefix);
  const holds = await listHolds(caller);
  if (!holds.some((hold) => hold.session === session))
    throw new Fault('NOT_HELD', `session ${session} is not held`);
  await change(caller, { session, reason: null, by: await nameCaller(caller) });
  return session;
}

export const listHolds = (caller: Caller): Promise<readonly Hold[]> =>
  readStore(caller, (store) => store.listHolds());

/** What the daemon or the command itself does with it. */
export async function applyHold(
  store: LocalStore,
  { session, reason, by }: HoldChange,
): Promise<void> {
  const atMs = Date.now();
  if (reason === null) await store.removeHold(session);
  else await store.addHold({ session, reason, by, atMs });
  await store.addEvent({
    kind: reason === null ? 'released' : 'held',
    atMs,
    detail: { session, reason, by },
  });
}

/** @throws Fault USAGE for what is no change. */
export function readHoldChange(value: unknown): HoldChange {
  const [session, by] = [stringAt(value, 'session'), stringAt(value, 'by')];
  if (session === null || by === null) throw new Fault('USAGE', 'no hold of a session');
  return { session, by, reason: stringAt(value, 'reason') };
}

async function findId(caller: Caller, prefix: string): Promise<string> {
  const session = await readStore(caller, (store) => store.findSession(prefix));
  if (session === null) throw new Fault('NO_SUCH_SESSION', `session ${prefix} is not in the store`);
  return session.id;
}

async function change(caller: Caller, wanted: HoldChange): Promise<void> {
  const daemon = await findDaemon(caller.env);
  if (daemon !== null) {
    const body = JSON.stringify(wanted);
    await askDaemon(daemon, { method: 'POST', path: '/hold', body, timeoutMs: ASK_TIMEOUT_MS });
    return;
  }
  const options = { mode: 'write', inProcess: true, lockWaitMs: LOCK_WAIT_MS } as const;
  const store = await openRecords(caller, options);
  try {
    await applyHold(store, wanted);
  } finally {
    await store.close();
  }
}
