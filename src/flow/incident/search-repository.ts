// Where bytes stand in a repository: history, what is staged, what lies loose, and the files as they are.
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findBlobMoves, findStaged, readRemoteCommits } from '../../git/commits-with.ts';
import { atTop } from '../../git/commit-diff.ts';
import { readCommitFacts } from '../../git/commit-facts.ts';
import { findBytes, type SearchedObjects } from '../../git/find-bytes.ts';
import { openObjects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import { gitText, runGit } from '../../git/run-git.ts';
import type { CommitSight, FileSight, Held, Incident } from '../../model/incident.ts';
import { isEnvFile } from '../../secrets/env-file.ts';
import { listFiles } from '../scan/list-files.ts';
import { heldBy, type Needle } from './needles.ts';

export type RepositoryFound = Pick<Incident, 'loose' | 'staged'> & {
  readonly commits: readonly CommitSight[];
  readonly files: readonly FileSight[];
  readonly searched: SearchedObjects;
  readonly filesRead: number;
  readonly isShallow: boolean;
};

/** @throws Fault GIT_FAILED. */
export async function searchRepository(
  repository: Repository,
  needles: readonly Needle[],
): Promise<RepositoryFound> {
  const [searched, files, isShallow] = await Promise.all([
    findBytes(
      repository,
      needles.map(({ text }) => Buffer.from(text)),
    ),
    searchFiles(repository, needles),
    isCut(repository),
  ]);
  const held = new Map<string, Held>(
    searched.hits.map((hit) => [hit.object, heldBy(needles, hit.needles)]),
  );
  const blobs = new Set(
    searched.hits.filter(({ kind }) => kind === 'blob').map(({ object }) => object),
  );
  const [moves, staged, messages] = await Promise.all([
    findBlobMoves(repository, blobs),
    findStaged(repository, blobs),
    readMessages(repository, searched),
  ]);
  const remotes =
    moves.length + messages.length === 0 ? new Map() : await readRemoteCommits(repository);
  const heldOf = (object: string): Held => held.get(object) ?? 'placeholder';
  const remotesOf = (commit: string): readonly string[] =>
    [...remotes].flatMap(([name, commits]) => (commits.has(commit) ? [name] : []));
  const commits = [
    ...moves.map(({ blob, ...move }) => ({ ...move, held: heldOf(blob) })),
    ...messages.map((message) => ({ ...message, held: heldOf(message.commit) })),
  ].map((sight) => ({ ...sight, remotes: remotesOf(sight.commit) }));
  const known = new Set([...moves, ...staged].map(({ blob }) => blob));
  return {
    commits: commits.toSorted((a, b) => a.atMs - b.atMs),
    loose: [...blobs]
      .filter((blob) => !known.has(blob))
      .map((object) => ({ object, held: heldOf(object) })),
    staged: staged.map(({ path, blob }) => ({ path, held: heldOf(blob) })),
    files: files.found,
    searched,
    filesRead: files.read,
    isShallow,
  };
}

async function readMessages(
  repository: Repository,
  { hits }: SearchedObjects,
): Promise<readonly Omit<CommitSight, 'held' | 'remotes'>[]> {
  const objects = openObjects(repository.caller);
  try {
    const found: Omit<CommitSight, 'held' | 'remotes'>[] = [];
    for (const { object } of hits.filter(({ kind }) => kind === 'commit')) {
      const reading = await readCommitFacts(objects, object);
      const log = await gitText(atTop(repository), [
        'show',
        '-s',
        '--format=%at%x00%an <%ae>',
        object,
      ]);
      const [seconds, author = ''] = log.split('\0');
      const subject = reading.kind === 'commit' ? (reading.facts.subject.split('\n')[0] ?? '') : '';
      found.push({
        commit: object,
        atMs: Number(seconds) * 1000,
        author,
        subject,
        path: null,
        change: 'message',
      });
    }
    return found;
  } finally {
    objects.close();
  }
}

/** A clone without all history, or without all blobs, says nothing of what it lacks. */
async function isCut(repository: Repository): Promise<boolean> {
  const here = atTop(repository);
  const shallow = await gitText(here, ['rev-parse', '--is-shallow-repository']);
  const partial = await gitText(here, ['config', '--get-regexp', '^remote\\..*\\.promisor$'], {
    okExits: [0, 1],
  });
  return shallow === 'true' || partial !== '';
}

const TOGETHER = 16;

/** What git keeps or would take, and `.env` files that it ignores. */
async function searchFiles(
  repository: Repository,
  needles: readonly Needle[],
): Promise<{ readonly found: readonly FileSight[]; readonly read: number }> {
  const { worktree } = repository;
  if (worktree === null) return { found: [], read: 0 };
  const here = atTop(repository);
  const listed = (await listFiles(here, repository, ['.'])).map(({ path }) => path);
  const words = ['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--directory'];
  const ignored = (await runGit(here, words)).stdout.toString('utf8').split('\0');
  const paths = [...new Set([...listed, ...ignored.filter((path) => isEnvFile(basename(path)))])];
  const found: FileSight[] = [];
  for (let first = 0; first < paths.length; first += TOGETHER) {
    const some = paths.slice(first, first + TOGETHER);
    found.push(
      ...(await Promise.all(some.map((path) => searchFile(worktree, path, needles)))).flat(),
    );
  }
  return { found, read: paths.length };
}

const NEWLINE = 10;

async function searchFile(
  worktree: string,
  path: string,
  needles: readonly Needle[],
): Promise<readonly FileSight[]> {
  const content = await readFile(join(worktree, path)).catch(() => null); // gone, or a link to nowhere
  if (content === null) return [];
  const places = needles
    .map(({ text, held }) => ({ at: content.indexOf(text), held }))
    .filter(({ at }) => at >= 0);
  const [first] = places.toSorted(
    (a, b) => Number(b.held === 'value') - Number(a.held === 'value') || a.at - b.at,
  );
  if (first === undefined) return [];
  const line = 1 + content.subarray(0, first.at).filter((byte) => byte === NEWLINE).length;
  return [{ path, line, held: first.held }];
}
