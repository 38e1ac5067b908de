// Whether a policy may have changed, told by a dozen stats and without git: its files, and the refs that say which
// revision it is read from.
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { organisationFile, userConfigFile } from '../../config/places.ts';
import { REPOSITORY_FILES } from '../../config/read-places.ts';
import type { Repository } from '../../git/open-repository.ts';
import { DEFAULT_BRANCHES } from '../../git/policy-base.ts';
import type { Caller } from '../../model/caller.ts';

/** @returns another text once one of the sources is another. */
export async function stampPolicy(caller: Caller, repository: Repository | null): Promise<string> {
  const files = [
    resolve(caller.cwd, organisationFile(caller.env).path),
    userConfigFile(caller.env),
    ...(repository === null ? [] : await filesOf(repository)),
  ];
  return (await Promise.all(files.map(stampFile))).join('\n');
}

async function filesOf({ worktree, gitDir, commonDir }: Repository): Promise<readonly string[]> {
  const symbolic = [join(gitDir, 'HEAD'), join(commonDir, 'refs/remotes/origin/HEAD')];
  const targets = (await Promise.all(symbolic.map(readTarget))).filter((ref) => ref !== null);
  return [
    ...symbolic,
    ...[...DEFAULT_BRANCHES, ...targets].map((ref) => join(commonDir, ref)),
    join(commonDir, 'packed-refs'),
    join(commonDir, 'reftable', 'tables.list'),
    join(gitDir, 'reftable', 'tables.list'),
    ...(worktree === null ? [] : REPOSITORY_FILES.map((name) => join(worktree, name))),
  ];
}

const readTarget = async (path: string): Promise<string | null> =>
  /^ref: (\S+)/.exec(await readFile(path, 'utf8').catch(() => ''))?.[1] ?? null;

async function stampFile(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found === null ? '-' : `${found.ino}:${found.size}:${found.mtimeNs}:${found.ctimeNs}`;
}
