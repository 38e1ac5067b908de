// Which commits brought or took away certain blobs, in one pass over all of history.
import { atTop } from './commit-diff.ts';
import type { Repository } from './open-repository.ts';
import { runGit } from './run-git.ts';

export interface BlobMove {
  readonly commit: string;
  readonly atMs: number;
  readonly author: string;
  readonly subject: string;
  readonly path: string;
  readonly blob: string;
  readonly change: 'added' | 'removed';
}

const FORMAT = '--format=%x01%H%x00%at%x00%an <%ae>%x00%s%x00';

/** @returns oldest first; a merge once for each parent that it differs from. */
export async function findBlobMoves(
  repository: Repository,
  blobs: ReadonlySet<string>,
): Promise<readonly BlobMove[]> {
  if (blobs.size === 0) return [];
  const words = ['--all', '--reflog', '-m', '--root', '--raw', '--no-abbrev', '--no-renames', '-z'];
  const args = ['log', '--reverse', ...words, '--no-ext-diff', '--no-textconv', FORMAT];
  const output = (await runGit(atTop(repository), args)).stdout.toString('utf8');
  const seen = new Set<string>();
  return output
    .split('\u0001')
    .slice(1)
    .flatMap((record) => movesOf(record, blobs))
    .filter((move) => {
      const name = [move.commit, move.path, move.blob, move.change].join(' ');
      return !seen.has(name) && seen.add(name);
    });
}

/** `:<mode> <mode> <old> <new> <status> NUL <path> NUL`, after the four facts of the format. */
function movesOf(record: string, blobs: ReadonlySet<string>): readonly BlobMove[] {
  const [commit = '', seconds, author = '', subject = '', ...entries] = record.split('\0');
  const facts = { commit, atMs: Number(seconds) * 1000, author, subject };
  return entries.flatMap((entry, at): readonly BlobMove[] => {
    const [, old = '', fresh = ''] = /^\s*:\d+ \d+ (\w+) (\w+) \w+$/.exec(entry) ?? [];
    const [change, blob] = blobs.has(fresh)
      ? (['added', fresh] as const)
      : (['removed', old] as const);
    return blobs.has(blob) ? [{ ...facts, path: entries[at + 1] ?? '', blob, change }] : [];
  });
}

/** Commits that a remote's branches hold, by remote. */
export async function readRemoteCommits(
  repository: Repository,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const here = atTop(repository);
  const listed = (await runGit(here, ['remote'])).stdout.toString('utf8').split('\n');
  const found = new Map<string, ReadonlySet<string>>();
  for (const name of listed.filter((each) => each !== '')) {
    const answer = await runGit(here, ['rev-list', `--remotes=${name}`], {
      okExits: [0, 128, 129],
    });
    if (answer.exit === 0) found.set(name, new Set(answer.stdout.toString('latin1').split('\n')));
  }
  return found;
}

/** The index: path by blob. */
export async function findStaged(
  repository: Repository,
  blobs: ReadonlySet<string>,
): Promise<readonly { readonly path: string; readonly blob: string }[]> {
  if (blobs.size === 0 || repository.worktree === null) return [];
  const output = (await runGit(atTop(repository), ['ls-files', '-s', '-z'])).stdout.toString(
    'utf8',
  );
  return output.split('\0').flatMap((entry) => {
    const [, blob = '', path = ''] = /^\d+ (\w+) \d\t([^]*)$/.exec(entry) ?? [];
    return blobs.has(blob) ? [{ path, blob }] : [];
  });
}
