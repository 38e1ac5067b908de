// Commits that hold an exchange's lines, as `aitrail show` names them: which of them a branch still leads to. A rewrite
// leaves the commit before it in the record, because its note and its log entry stay true.
import { findUnreachable } from '../../git/reachable.ts';
import { findRepository, type Repository } from '../../git/open-repository.ts';
import type { Caller } from '../../model/caller.ts';
import type { ShownCommit } from '../../model/conversation.ts';
import type { CommitRecord } from '../../store/store.ts';

/** @param records oldest first. @returns each commit once, in the order of their newest records. */
export async function readShownCommits(
  caller: Caller,
  records: readonly CommitRecord[],
): Promise<readonly ShownCommit[]> {
  const newest = new Map<string, CommitRecord>();
  for (const record of records) {
    newest.delete(record.commit);
    newest.set(record.commit, record);
  }
  const reachable = new Map<string, boolean>();
  for (const place of new Set(records.map(({ repository }) => repository))) {
    const own = records.filter((record) => record.repository === place);
    const ids = [...new Set(own.map(({ commit }) => commit))];
    for (const [commit, is] of await askRepository(caller, place, ids)) reachable.set(commit, is);
  }
  return [...newest.values()].map(({ commit, repository, logIndex }) => ({
    commit,
    repository,
    logIndex,
    isReachable: reachable.get(commit) ?? null,
  }));
}

/** @param place a common git directory. @returns nothing where it is not there any more. */
async function askRepository(
  { env }: Caller,
  place: string,
  commits: readonly string[],
): Promise<readonly (readonly [string, boolean])[]> {
  try {
    const repository = await findPlace({ env }, place);
    if (repository === null) return [];
    const gone = await findUnreachable(repository, commits);
    return commits.map((commit) => [commit, !gone.has(commit)] as const);
  } catch {
    return []; // moved, or not readable: nothing is known of it
  }
}

/**
 * @param place a common git directory.
 * @returns that repository, whichever the caller's variables name; null where it is not there any more.
 */
export async function findPlace(
  { env }: Pick<Caller, 'env'>,
  place: string,
): Promise<Repository | null> {
  const own = Object.entries(env).filter(
    ([name]) => !/^GIT_(?:DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|PREFIX)$/.test(name),
  );
  const caller = { cwd: place, env: Object.fromEntries(own) };
  const found = await findRepository(caller).catch(() => null); // moved, or not readable
  return found?.commonDir === place ? found : null;
}
