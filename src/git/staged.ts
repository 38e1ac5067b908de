// What the coming commit adds: the index that git is about to write (GIT_INDEX_FILE for partial commits) against the
// commit it stands on. In a merge only what no parent has counts.
import { runGit } from './run-git.ts';
import { readHiddenRuns } from './hidden-runs.ts';
import type { Objects } from './objects.ts';
import type { Repository } from './open-repository.ts';
import { keepCommon } from './merge-patch.ts';
import type { PatchFile } from './patch-file.ts';
import { parsePatch, PATCH_OPTIONS } from './patch-lines.ts';

export interface Staged {
  readonly files: readonly PatchFile[];
  /** What it is compared with: a commit id, or the empty tree before the first commit. */
  readonly base: string;
}

/**
 * Reads the staged changes.
 *
 * @param heads further parents of the coming commit: those of a merge under way.
 */
export async function readStaged(
  repository: Repository,
  objects: Objects,
  heads: readonly string[],
): Promise<Staged> {
  const base = (await objects.read('HEAD^{commit}'))?.oid ?? (await emptyTree(repository));
  const files = await diffIndex(repository, base);
  const others = await Promise.all(heads.map((head) => diffIndex(repository, head)));
  const own = others.reduce(keepCommon, files);
  return {
    base,
    files: await Promise.all(own.map((file) => readHiddenRuns(repository, objects, file))),
  };
}

/** Writes the index as a tree, as the commit will. @returns null where it cannot be written (unmerged). */
export async function writeIndexTree(repository: Repository): Promise<string | null> {
  const answer = await runGit(repository.caller, ['write-tree'], { okExits: [0, 128] });
  return answer.exit === 0 ? answer.stdout.toString('utf8').trim() : null;
}

async function diffIndex(repository: Repository, base: string): Promise<readonly PatchFile[]> {
  const args = ['diff-index', '--cached', ...PATCH_OPTIONS, base, '--'];
  return parsePatch((await runGit(repository.caller, args)).stdout);
}

async function emptyTree(repository: Repository): Promise<string> {
  const args = ['hash-object', '-t', 'tree', '--stdin'];
  return (await runGit(repository.caller, args)).stdout.toString('utf8').trim();
}
