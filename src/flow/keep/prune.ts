// Retention: which recordings are older than the policy of the place where they were made lets them be.
import { existsSync } from 'node:fs';
import { findRepository } from '../../git/open-repository.ts';
import type { Caller } from '../../model/caller.ts';
import type { Policy } from '../../model/policy.ts';
import type { Removable, Removal } from '../../model/removal.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { refuseAgent } from '../session/refuse-agent.ts';
import { readStore } from '../show/read-store.ts';
import { askRemoval } from './ask-removal.ts';
import { nameCaller } from './name-caller.ts';
import type { RemovalWork } from './remove-recordings.ts';
import type { LocalStore } from '../../store/upkeep-store.ts';

const DAY_MS = 86_400_000;

export interface Prunable extends Removable {
  /** Empty: in no worktree. */
  readonly worktree: string;
  readonly removal: Removal;
  readonly days: number;
}

export interface Pruned {
  readonly places: readonly Prunable[];
  /** What went; 0 in a dry run. */
  readonly exchanges: number;
  readonly isDryRun: boolean;
}

export interface Pruning extends Pick<RemovalWork, 'onStep'> {
  /** An age in place of what policy says. */
  readonly olderThanMs: number | null;
  readonly isDryRun: boolean;
}

/**
 * @throws Fault AGENT_NOT_ALLOWED, STORE_LOCKED, CONFIG_INVALID.
 */
export async function pruneRecordings(
  caller: Caller,
  { olderThanMs, isDryRun, onStep }: Pruning,
): Promise<Pruned> {
  if (!isDryRun) await refuseAgent(caller, 'prune');
  const daysOf = async (worktree: string | null): Promise<number> =>
    olderThanMs === null ? (await policyAt(caller, worktree)).retentionDays : olderThanMs / DAY_MS;
  const places = await readStore(caller, (store) => findPrunable(store, daysOf));
  if (isDryRun) return { places, exchanges: 0, isDryRun };
  const removals = places.filter(({ exchanges }) => exchanges > 0).map(({ removal }) => removal);
  const exchanges = await askRemoval(caller, removals, { by: await nameCaller(caller), onStep });
  return { places, exchanges, isDryRun };
}

/** @param daysOf retention in a worktree; null: outside of any. */
export async function findPrunable(
  store: LocalStore,
  daysOf: (worktree: string | null) => Promise<number>,
): Promise<readonly Prunable[]> {
  const now = Date.now();
  const places: Prunable[] = [];
  for (const worktree of await store.listWorktrees(now)) {
    // a worktree that is gone, or never was, leaves the user's own word
    const days = await daysOf(worktree !== '' && existsSync(worktree) ? worktree : null);
    const beforeMs = now - days * DAY_MS;
    const removal = { why: 'pruned', beforeMs, user: null, session: null, worktree } as const;
    const found = await store.countRemovable(removal);
    if (found.exchanges > 0 || found.held.length > 0)
      places.push({ ...found, worktree, removal, days });
  }
  return places;
}

async function policyAt(caller: Caller, worktree: string | null): Promise<Policy> {
  const place = worktree === null ? caller : { ...caller, cwd: worktree };
  return loadPolicy(place, worktree === null ? null : await findRepository(place));
}
