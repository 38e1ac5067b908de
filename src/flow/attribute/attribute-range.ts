// Which commits of a range have no provenance, and which commits they were made from: a forge's squash or rebase merge
// leaves the branch's own commits behind, and their notes say what the merged lines are.
import { atTop } from '../../git/commit-diff.ts';
import { openObjects, type Objects } from '../../git/objects.ts';
import { openRepository, type Repository } from '../../git/open-repository.ts';
import { readPatchIds } from '../../git/patch-ids.ts';
import { readCommit } from '../../git/read-commit.ts';
import { gitText } from '../../git/run-git.ts';
import type { Caller } from '../../model/caller.ts';
import type { Statement } from '../../model/statement.ts';
import { listAddedLines } from './added-lines.ts';
import { readStatements } from './commit-notes.ts';
import { resolveTarget } from '../verify/verify-target.ts';

export interface UnattributedCommit {
  readonly commit: string;
  /** Commits whose attested lines came into it. */
  readonly sources: readonly string[];
}

interface RangeWork {
  readonly repository: Repository;
  readonly objects: Objects;
}

/** Commits besides the range's own that are looked at as possible sources, the newest. */
const CANDIDATES_MAX = 300;

/**
 * @param range `A..B`, one revision, or null for HEAD.
 * @returns commits without a valid note, parents first. @throws Fault NO_SUCH_REVISION, OBJECTS_MISSING.
 */
export async function listUnattributed(
  caller: Caller,
  range: string | null,
): Promise<readonly UnattributedCommit[]> {
  const repository = await openRepository(caller);
  const objects = openObjects(caller);
  try {
    const work = { repository, objects };
    const { commits } = await resolveTarget(repository, objects, range);
    const noted = await readStatements(work, commits);
    const open = commits.filter((commit) => !noted.has(commit)).toReversed();
    const found: UnattributedCommit[] = [];
    for (const commit of open) found.push({ commit, sources: await findSources(work, commit) });
    return found;
  } finally {
    objects.close();
  }
}

/** Commits beside the history of this one that make the same change, or attest lines which it adds. */
async function findSources(work: RangeWork, commit: string): Promise<readonly string[]> {
  const facts = await readCommit(work.objects, commit);
  if (facts === null) return [];
  const files = (await listAddedLines(work, facts)).filter((file) => file.added.size > 0);
  if (files.length === 0) return [];
  const paths = files.flatMap((file) => [file.path, ...file.oldPaths]);
  const candidates = await listBeside(work.repository, commit, paths);
  const statements = await readStatements(work, candidates);
  if (statements.size === 0) return [];
  const patchId = (await readPatchIds(work.repository, [commit])).get(commit);
  const added = new Set(
    files.flatMap((file) =>
      file.text.split('\n').filter((line, at) => file.added.has(at + 1) && isTelling(line)),
    ),
  );
  const sources: string[] = [];
  for (const [candidate, statement] of statements)
    if (
      // a rebase on the forge: also where nothing of it is an AI's
      (patchId !== undefined && statement.predicate.commit.patchId === patchId) ||
      (await givesLines(work, statement, { candidate, added }))
    )
      sources.push(candidate);
  return sources;
}

/** Commits on any ref or in the reflog that this one does not descend from. */
async function listBeside(
  repository: Repository,
  commit: string,
  paths: readonly string[],
): Promise<readonly string[]> {
  const listed = await gitText(atTop(repository), [
    '--literal-pathspecs',
    'rev-list',
    `--max-count=${String(CANDIDATES_MAX)}`,
    '--exclude=refs/notes/*',
    '--all',
    '--reflog',
    '--not',
    commit,
    '--',
    ...new Set(paths),
  ]);
  return listed.split('\n').filter(Boolean);
}

const isTelling = (line: string): boolean => line.trim().length > 8;

/** Is a line among `added` that the candidate's note speaks of? */
async function givesLines(
  work: RangeWork,
  statement: Statement,
  { candidate, added }: { readonly candidate: string; readonly added: ReadonlySet<string> },
): Promise<boolean> {
  for (const file of statement.predicate.files) {
    if (file.ranges.length === 0) continue;
    const found = await work.objects.read(`${candidate}:${file.path}`);
    const lines = found?.bytes.toString('utf8').split('\n') ?? [];
    const attested = file.ranges.flatMap((range) =>
      lines.slice(range.startLine - 1, range.endLine),
    );
    if (attested.some((line) => added.has(line))) return true;
  }
  return false;
}

/** Which of these commits have a valid note now? */
export async function listAttributed(
  caller: Caller,
  commits: readonly string[],
): Promise<ReadonlySet<string>> {
  const repository = await openRepository(caller);
  const objects = openObjects(caller);
  try {
    return new Set((await readStatements({ repository, objects }, commits)).keys());
  } finally {
    objects.close();
  }
}
