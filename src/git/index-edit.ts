// Puts other contents for a path into the index that git is about to commit.
import type { Repository } from './open-repository.ts';
import { runGit } from './run-git.ts';

export interface StagedContent {
  /** Repository-relative. */
  readonly path: string;
  readonly mode: string;
  readonly oldBlob: string;
  readonly newBlob: string;
}

/** @returns the id of the new blob; the index is as it was. */
export async function writeBlob(repository: Repository, bytes: Uint8Array): Promise<string> {
  const args = ['hash-object', '-w', '-t', 'blob', '--no-filters', '--stdin'];
  return (await runGit(repository.caller, args, { stdin: bytes })).stdout.toString('utf8').trim();
}

/**
 * Replaces entries that still hold the old content, all at once.
 *
 * @param index path of another index than the one the hook was given.
 * @returns the paths that were replaced.
 */
export async function replaceStaged(
  repository: Repository,
  contents: readonly StagedContent[],
  index: string | null = null,
): Promise<readonly string[]> {
  const env = index === null ? {} : { GIT_INDEX_FILE: index };
  const paths = contents.map(({ path }) => `:(top,literal)${path}`);
  const listed = await runGit(
    repository.caller,
    ['ls-files', '--stage', '-z', '--full-name', '--', ...paths],
    { env },
  );
  const there = new Set(listed.stdout.toString('utf8').split('\0'));
  const current = contents.filter((each) =>
    there.has(`${each.mode} ${each.oldBlob} 0\t${each.path}`),
  );
  if (current.length === 0) return [];
  const lines = current.map((each) => `${each.mode} ${each.newBlob} 0\t${each.path}\0`).join('');
  await runGit(repository.caller, ['update-index', '-z', '--index-info'], { stdin: lines, env });
  return current.map(({ path }) => path);
}
