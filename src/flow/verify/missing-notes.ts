// Why notes are missing, and the one command that brings them: they come with no clone, and with no fork's branch.
import { listNotesRefs } from '../../git/notes.ts';
import type { Repository } from '../../git/open-repository.ts';
import { gitText } from '../../git/run-git.ts';
import { findRequestFork, type Fork } from '../../identity/request-fork.ts';
import type { CommitVerdict } from '../../model/verdict.ts';

/** The remote that counts as the team's own where there are several. */
const OWN_REMOTE = 'origin';

export interface NamedMissing {
  /** `missing` with the reason `fork`, where it is one. */
  readonly verdicts: readonly CommitVerdict[];
  /** null where nothing is missing, or all that could be fetched was. */
  readonly fetch: string | null;
}

const isBare = ({ status, reason }: CommitVerdict): boolean =>
  status === 'missing' && reason === null;

export async function nameMissing(
  repository: Repository,
  verdicts: readonly CommitVerdict[],
): Promise<NamedMissing> {
  const missing = verdicts.filter(isBare).map(({ commit }) => commit);
  if (missing.length === 0) return { verdicts, fetch: null };
  const [refs, remotes] = await Promise.all([listNotesRefs(repository), listNames(repository)]);
  const read = new Set(refs);
  const forks = await findForks(repository, missing, remotes);
  const named = verdicts.map((verdict) => {
    const fork = forks.get(verdict.commit);
    return isBare(verdict) && fork !== undefined
      ? { ...verdict, reason: `fork: it comes from ${fork.name}, and ${why(fork, read)}` }
      : verdict;
  });
  const unread = remotes.find((remote) => !read.has(trackingOf(remote)));
  const [fork] = forks.values();
  const from =
    fork === undefined || read.has(trackingOf(labelOf(fork))) ? (unread ?? null) : fork.from;
  const label = fork !== undefined && from === fork.from ? labelOf(fork) : (unread ?? '');
  return { verdicts: named, fetch: from === null ? null : fetchCommand(from, label) };
}

const trackingOf = (remote: string): string => `refs/notes/remotes/${remote}/aitrail`;

const labelOf = ({ name }: Fork): string => name.replaceAll(/[^\w.-]+/g, '-');

const why = (fork: Fork, read: ReadonlySet<string>): string =>
  read.has(trackingOf(labelOf(fork)))
    ? 'its notes have none for it'
    : 'notes do not travel with a request';

const fetchCommand = (from: string, label: string): string =>
  `git fetch ${from} '+refs/notes/aitrail*:refs/notes/remotes/${label}/aitrail*'`;

const listNames = async ({ caller }: Repository): Promise<readonly string[]> =>
  (await gitText(caller, ['remote'])).split('\n').filter(Boolean);

/** In a job by what the forge says of the request, else by branches that another remote has and the team's own has not. */
async function findForks(
  repository: Repository,
  missing: readonly string[],
  remotes: readonly string[],
): Promise<ReadonlyMap<string, Fork>> {
  const request = await findRequestFork(repository.caller.env);
  if (request !== null) return new Map(missing.map((commit) => [commit, request]));
  const found = new Map<string, Fork>();
  if (!remotes.includes(OWN_REMOTE)) return found;
  const wanted = new Set(missing);
  for (const name of remotes.filter((each) => each !== OWN_REMOTE))
    for (const commit of await listOnlyIn(repository, name))
      if (wanted.has(commit)) found.set(commit, { name, from: name });
  return found;
}

async function listOnlyIn({ caller }: Repository, remote: string): Promise<readonly string[]> {
  const args = ['rev-list', `--remotes=${remote}`, '--not', `--remotes=${OWN_REMOTE}`];
  return (await gitText(caller, args)).split('\n').filter(Boolean);
}
