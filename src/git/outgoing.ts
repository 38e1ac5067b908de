// Commits that a push would bring to a remote, and what each adds.
import { runGit } from './run-git.ts';
import { readHiddenRuns } from './hidden-runs.ts';
import { keepCommon } from './merge-patch.ts';
import type { Objects } from './objects.ts';
import type { Repository } from './open-repository.ts';
import type { PatchFile } from './patch-file.ts';
import { type CommitPatch, parseCommitPatches, parsePatch, PATCH_OPTIONS } from './patch-lines.ts';

/** One line of a pre-push hook's standard input. */
export interface PushedRef {
  readonly localRef: string;
  /** null where the ref is deleted on the remote. */
  readonly localOid: string | null;
  readonly remoteRef: string;
  /** null where the remote has no such ref yet. */
  readonly remoteOid: string | null;
}

export function parsePushedRefs(stdin: string): readonly PushedRef[] {
  return stdin.split('\n').flatMap((line) => {
    const [localRef, localOid, remoteRef, remoteOid] = line.split(' ');
    if (localRef === undefined || remoteRef === undefined) return [];
    return [{ localRef, localOid: oidOf(localOid), remoteRef, remoteOid: oidOf(remoteOid) }];
  });
}

const oidOf = (text: string | undefined): string | null =>
  text === undefined || /^0*$/.test(text) ? null : text;

export interface OutgoingCommit {
  readonly commit: string;
  readonly parents: readonly string[];
}

/**
 * Lists the commits that the remote lacks, as far as this repository knows, oldest first.
 *
 * @param remote its name, or its URL when it has none.
 */
export async function listOutgoing(
  repository: Repository,
  objects: Objects,
  push: { readonly remote: string; readonly refs: readonly PushedRef[] },
): Promise<readonly OutgoingCommit[]> {
  const tips = await commitsOf(
    objects,
    push.refs.map((ref) => ref.localOid),
  );
  if (tips.length === 0) return [];
  const there = await commitsOf(
    objects,
    push.refs.map((ref) => ref.remoteOid),
  );
  const known = /^[\w.-][\w./-]*$/.test(push.remote) ? [`--remotes=${push.remote}`] : [];
  const answer = await runGit(repository.caller, [
    'rev-list',
    '--reverse',
    '--parents',
    ...tips,
    '--not',
    ...there,
    ...known,
  ]);
  return answer.stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [commit, ...parents] = line.split(' ');
      return commit === undefined || commit === '' ? [] : [{ commit, parents }];
    });
}

/** Tags lead to their commits; what is no commit, or is not here, is left out. */
async function commitsOf(
  objects: Objects,
  oids: readonly (string | null)[],
): Promise<readonly string[]> {
  const here = oids.filter((oid) => oid !== null);
  const found = await Promise.all(here.map((oid) => objects.read(`${oid}^{commit}`)));
  return [...new Set(found.flatMap((object) => (object === null ? [] : [object.oid])))];
}

/** Bounds what is held in memory at once. */
const COMMITS_AT_ONCE = 100;

/** What each commit adds; a merge only what none of its parents has. */
export async function* readOutgoing(
  repository: Repository,
  objects: Objects,
  commits: readonly OutgoingCommit[],
): AsyncGenerator<CommitPatch> {
  const single = commits.filter(({ parents }) => parents.length < 2);
  for (let at = 0; at < single.length; at += COMMITS_AT_ONCE) {
    const batch = single.slice(at, at + COMMITS_AT_ONCE).map(({ commit }) => commit);
    const answer = await runGit(
      repository.caller,
      ['diff-tree', '--stdin', '--root', '-r', ...PATCH_OPTIONS],
      { stdin: `${batch.join('\n')}\n` },
    );
    for (const { commit, files } of parseCommitPatches(answer.stdout))
      yield { commit, files: await revealAll(repository, objects, files) };
  }
  for (const { commit, parents } of commits.filter((each) => each.parents.length > 1)) {
    const diffs = await Promise.all(
      parents.map(async (parent) => {
        const args = ['diff-tree', '-r', ...PATCH_OPTIONS, parent, commit];
        return parsePatch((await runGit(repository.caller, args)).stdout);
      }),
    );
    yield { commit, files: await revealAll(repository, objects, diffs.reduce(keepCommon)) };
  }
}

const revealAll = (
  repository: Repository,
  objects: Objects,
  files: readonly PatchFile[],
): Promise<readonly PatchFile[]> =>
  Promise.all(files.map((file) => readHiddenRuns(repository, objects, file)));
