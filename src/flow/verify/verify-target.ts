// Which commits are meant, and which revision stands before them: the one whose list of signers counts.
import type { Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import { gitText, runGit } from '../../git/run-git.ts';
import { readCommitFacts } from '../../git/commit-facts.ts';
import { Fault } from '../../model/fault.ts';

export interface VerifyTarget {
  /** Full ids, newest first. */
  readonly commits: readonly string[];
  /** Full id, null where nothing stands before. */
  readonly base: string | null;
}

/** @param range `A..B`, `A...B`, one revision, or null for HEAD. @throws Fault NO_COMMITS, NO_SUCH_REVISION, OBJECTS_MISSING. */
export async function resolveTarget(
  repository: Repository,
  objects: Objects,
  range: string | null,
): Promise<VerifyTarget> {
  const [from, to] = splitRange(range ?? 'HEAD');
  const tip = await resolveCommit(repository, to);
  if (from === null) return { commits: [tip], base: await parentOf(objects, tip) };
  const start = await resolveCommit(repository, from);
  const symmetric = (range ?? '').includes('...') ? '...' : '..';
  const listed = await gitText(repository.caller, ['rev-list', `${start}${symmetric}${tip}`]);
  return {
    commits: listed.split('\n').filter(Boolean),
    base: await mergeBase(repository, start, tip),
  };
}

function splitRange(range: string): readonly [string | null, string] {
  const match = /^(.*?)\.{2,3}(.*)$/.exec(range);
  if (match === null) return [null, range];
  const [, from = '', to = ''] = match;
  return [from === '' ? 'HEAD' : from, to === '' ? 'HEAD' : to];
}

/** @returns the full id. @throws Fault NO_COMMITS, NO_SUCH_REVISION, OBJECTS_MISSING. */
export async function resolveCommit(repository: Repository, revision: string): Promise<string> {
  const { caller } = repository;
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  const answer = await runGit(caller, args, { okExits: [0, 1, 128] });
  if (answer.exit === 0) return answer.stdout.toString('latin1').trim();
  const hasCommits = await runGit(caller, ['rev-parse', '--verify', '--quiet', 'HEAD'], {
    okExits: [0, 1, 128],
  });
  if (hasCommits.exit !== 0 && revision === 'HEAD')
    throw new Fault('NO_COMMITS', 'there is no commit yet');
  if (/^[0-9a-f]{40,64}$/.test(revision) && (await isShallow(repository)))
    throw new Fault('OBJECTS_MISSING', `${revision.slice(0, 12)} is not in this shallow clone`);
  throw new Fault('NO_SUCH_REVISION', `${revision.slice(0, 200)} names no commit`);
}

const isShallow = async (repository: Repository): Promise<boolean> =>
  (await gitText(repository.caller, ['rev-parse', '--is-shallow-repository'])) === 'true';

/** First parent by the commit's own bytes: a shallow clone's graft would hide it. */
async function parentOf(objects: Objects, commit: string): Promise<string | null> {
  const reading = await readCommitFacts(objects, commit);
  return reading.kind === 'commit' ? (reading.facts.parents[0] ?? null) : null;
}

/** @throws Fault OBJECTS_MISSING where history is cut before a common commit. */
export async function mergeBase(
  repository: Repository,
  one: string,
  other: string,
): Promise<string | null> {
  const answer = await runGit(repository.caller, ['merge-base', one, other], { okExits: [0, 1] });
  if (answer.exit === 0) return answer.stdout.toString('latin1').trim();
  if (await isShallow(repository))
    throw new Fault('OBJECTS_MISSING', 'the range’s base is not in this shallow clone');
  return null;
}
