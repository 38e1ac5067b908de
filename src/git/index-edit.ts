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
 * Those whose entry still holds the old content.
 *
 * @param index path of another index than the one the hook was given.
 */
export async function findStaged(
  repository: Repository,
  contents: readonly StagedContent[],
  index: string | null = null,
): Promise<readonly StagedContent[]> {
  const paths = contents.map(({ path }) => `:(top,literal)${path}`);
  const listed = await runGit(
    repository.caller,
    ['ls-files', '--stage', '-z', '--full-name', '--', ...paths],
    { env: indexEnv(index) },
  );
  const there = new Set(listed.stdout.toString('utf8').split('\0'));
  return contents.filter((each) => there.has(`${each.mode} ${each.oldBlob} 0\t${each.path}`));
}

/** Puts the new contents there, all at once: git writes the index whole, or leaves it. */
export async function putStaged(
  repository: Repository,
  contents: readonly StagedContent[],
  index: string | null = null,
): Promise<void> {
  const lines = contents.map((each) => `${each.mode} ${each.newBlob} 0\t${each.path}\0`).join('');
  await runGit(repository.caller, ['update-index', '-z', '--index-info'], {
    stdin: lines,
    env: indexEnv(index),
  });
}

const indexEnv = (index: string | null): Readonly<Record<string, string>> =>
  index === null ? {} : { GIT_INDEX_FILE: index };

/** Those that the newest commit has. */
export async function findCommitted(
  repository: Repository,
  contents: readonly StagedContent[],
): Promise<readonly StagedContent[]> {
  const paths = contents.map(({ path }) => path);
  const args = ['ls-tree', '-z', '--full-tree', 'HEAD', '--', ...paths];
  const listed = await runGit(repository.caller, args);
  const there = new Set(listed.stdout.toString('utf8').split('\0'));
  return contents.filter((each) => there.has(`${each.mode} blob ${each.newBlob}\t${each.path}`));
}
