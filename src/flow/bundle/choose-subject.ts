// What a bundle is about: a session with the commits that hold its lines, or commits with the exchanges behind them.
import type { Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { Store } from '../../store/store.ts';
import { resolveTarget } from '../verify/verify-target.ts';

export interface Subject {
  /** In words. */
  readonly about: string;
  /** Full ids. */
  readonly commits: readonly string[];
  readonly exchanges: readonly string[];
  /** Whose list of signers and policy count: full id, null for none. */
  readonly base: string | null;
  readonly tip: string | null;
}

export interface SubjectWork {
  readonly caller: Caller;
  readonly repository: Repository | null;
  readonly objects: Objects;
  readonly store: Store;
}

const SESSION_ID = /^s[0-9a-hjkmnp-tv-z]{2,10}$/;

/** Ids of sessions win over names of branches. @throws Fault NO_SUCH_SESSION, NO_SUCH_REVISION, NOT_A_REPOSITORY. */
export async function chooseSubject(work: SubjectWork, word: string): Promise<Subject> {
  const { store, repository, objects } = work;
  const session = SESSION_ID.test(word) ? await store.findSession(word) : null;
  if (session !== null) return ofSession(work, session.id);
  if (repository === null)
    throw SESSION_ID.test(word)
      ? new Fault('NO_SUCH_SESSION', `session ${word} is not in the store`)
      : new Fault('NOT_A_REPOSITORY', 'commits can be bundled in their repository only');
  const { commits, base } = await resolveTarget(repository, objects, word);
  return { about: `commits ${word}`, commits, exchanges: [], base, tip: commits[0] ?? null };
}

async function ofSession(
  { store, repository, objects }: SubjectWork,
  session: string,
): Promise<Subject> {
  const exchanges = (await store.listExchanges(session)).map(({ id }) => id);
  const found = await Promise.all(exchanges.map((id) => store.findCommits(id)));
  const commits = new Set<string>();
  for (const { commit } of repository === null ? [] : found.flat())
    if ((await objects.read(commit)) !== null) commits.add(commit); // of another repository
  const head = repository === null ? null : ((await objects.read('HEAD^{commit}'))?.oid ?? null);
  return { about: `session ${session}`, commits: [...commits], exchanges, base: head, tip: head };
}
