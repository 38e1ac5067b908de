// Policies by worktree for the daemon: read when a session opens, looked at again now and then beside the requests. A file
// that becomes unreadable in between leaves the last good policy in force, and the log says so.
import { findRepository, type Repository } from '../../git/open-repository.ts';
import type { Caller } from '../../model/caller.ts';
import type { Policy } from '../../model/policy.ts';
import { loadPolicy } from './load-policy.ts';
import { stampPolicy } from './policy-stamp.ts';

const FRESH_MS = 2000;

export interface PolicyBook {
  /** @param worktree null: what holds outside of any repository. @throws Fault of the first reading. */
  of(worktree: string | null): Promise<Policy>;
  /** Reads anew. @throws Fault of the configuration. */
  reload(worktree: string | null): Promise<Policy>;
}

interface Entry {
  readonly policy: Policy;
  /** Of what the policy was made from. */
  readonly stamp: string;
  readonly atMs: number;
}

/** @param caller the daemon's own: its environment names the user's and the organisation's files. */
export function openPolicyBook(caller: Caller, warn: (line: string) => void): PolicyBook {
  const entries = new Map<string, Entry>();
  const places = new Map<string, Repository | null>();
  const pending = new Map<string, Promise<Policy>>();

  const load = async (worktree: string | null): Promise<Policy> => {
    const place: Caller = worktree === null ? caller : { ...caller, cwd: worktree };
    const repository = worktree === null ? null : await findRepository(place);
    const stamp = await stampPolicy(place, repository); // before reading: a change meanwhile is read again
    const policy = await loadPolicy(place, repository);
    entries.set(worktree ?? '', { policy, stamp, atMs: Date.now() });
    places.set(worktree ?? '', repository);
    return policy;
  };
  /** Starts git only where a file has changed. */
  const refresh = async (worktree: string | null, entry: Entry): Promise<void> => {
    const name = worktree ?? '';
    const place: Caller = worktree === null ? caller : { ...caller, cwd: worktree };
    const stamp = await stampPolicy(place, places.get(name) ?? null);
    if (stamp === entry.stamp) entries.set(name, { ...entry, atMs: Date.now() });
    else await reload(worktree);
  };
  const reload = (worktree: string | null): Promise<Policy> => {
    const name = worktree ?? '';
    const running = pending.get(name) ?? load(worktree).finally(() => void pending.delete(name));
    pending.set(name, running);
    return running;
  };
  const of = (worktree: string | null): Promise<Policy> => {
    const entry = entries.get(worktree ?? '');
    if (entry === undefined) return reload(worktree);
    if (Date.now() - entry.atMs > FRESH_MS)
      refresh(worktree, entry).catch((thrown: unknown) => {
        entries.set(worktree ?? '', { ...entry, atMs: Date.now() });
        warn(`policy not reread, the last one holds: ${String(thrown)}`);
      });
    return Promise.resolve(entry.policy);
  };
  return { of, reload };
}
