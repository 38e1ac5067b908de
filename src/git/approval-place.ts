// What ties an approval to one repository and one clone of it.
import { randomBytes } from 'node:crypto';

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Repository } from './open-repository.ts';
import { gitText } from './run-git.ts';
import { readState, statePath } from './state-file.ts';
import { sha256Hex } from '../model/sha256.ts';

const UNSET = { okExits: [0, 1, 2] } as const;

/** Ids of the first commits below HEAD, sorted; null where history is cut or there is none. */
export async function readRoots({ caller }: Repository): Promise<readonly string[] | null> {
  const shallow = await gitText(caller, ['rev-parse', '--is-shallow-repository']);
  if (shallow === 'true') return null;
  const listed = await gitText(caller, ['rev-list', '--max-parents=0', 'HEAD'], {
    okExits: [0, 128],
  });
  const roots = listed.split('\n').filter(Boolean).toSorted();
  return roots.length === 0 ? null : roots;
}

/** A name for this clone that says nothing about it, made once. */
export async function readCloneName(repository: Repository): Promise<string> {
  const path = statePath(repository.commonDir, 'clone');
  const known = await readState(path);
  if (known !== null) return known.toString('latin1').trim();
  const name = sha256Hex(randomBytes(32));
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await writeFile(path, `${name}\n`, { flag: 'wx', mode: 0o600 });
    return name;
  } catch {
    return (await readFile(path, 'latin1')).trim(); // another process was first
  }
}

export interface SharedRemote {
  readonly name: string;
  /** Without user; null where it has none. */
  readonly url: string | null;
}

/** Where approvals travel: the branch's own remote, else `origin`, else the only one; null where there is none. */
export async function pickRemote({ caller }: Repository): Promise<SharedRemote | null> {
  const remotes = (await gitText(caller, ['remote'])).split('\n').filter(Boolean);
  if (remotes.length === 0) return null;
  const branch = await gitText(caller, ['symbolic-ref', '--quiet', '--short', 'HEAD'], UNSET);
  const own = await gitText(caller, ['config', '--get', `branch.${branch}.remote`], UNSET);
  const name =
    remotes.find((each) => each === own) ??
    remotes.find((each) => each === 'origin') ??
    (remotes.length === 1 ? remotes[0] : undefined);
  if (name === undefined) return null;
  const url = await gitText(caller, ['config', '--get', `remote.${name}.url`], UNSET);
  return { name, url: url === '' ? null : withoutUser(url) };
}

/** A remote's URL may hold a password. */
export const withoutUser = (url: string): string =>
  url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
