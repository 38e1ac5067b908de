// Approvals that let something pass, one small file each below the repository's .git/aitrail/approvals: made in one step,
// so that of two that come at once only one passes.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { statePath, writeState } from '../../git/state-file.ts';
import type { Repository } from '../../git/open-repository.ts';
import { parseJson, stringAt } from '../../model/json.ts';

/**
 * `reserved`: a commit on `head` is being made; until it is there the same may try again, as an editor may be left or
 * another hook refuse.
 */
export interface Use {
  readonly state: 'reserved' | 'used';
  /** Commit that stood at HEAD, for `reserved`; null for calls. */
  readonly head: string | null;
  /** The exchange that passed, or null. */
  readonly exchange: string | null;
}

const folderOf = (repository: Repository): string => statePath(repository.commonDir, 'approvals');

/** @param request SHA-256 of the request's envelope. */
const pathOf = (repository: Repository, request: string): string =>
  join(folderOf(repository), request);

async function readUse(repository: Repository, request: string): Promise<Use | null> {
  const text = await readFile(pathOf(repository, request), 'utf8').catch(() => null);
  if (text === null) return null;
  const value = parseJson(text);
  const state = stringAt(value, 'state') === 'reserved' ? 'reserved' : 'used';
  return { state, head: stringAt(value, 'head'), exchange: stringAt(value, 'exchange') };
}

/** @returns by SHA-256 of the request's envelope. */
export async function listUses(repository: Repository): Promise<ReadonlyMap<string, Use>> {
  const names = await readdir(folderOf(repository)).catch(() => []); // nothing was ever approved here
  const uses = new Map<string, Use>();
  for (const name of names.filter((each) => /^[0-9a-f]{64}$/.test(each))) {
    const use = await readUse(repository, name);
    if (use !== null) uses.set(name, use);
  }
  return uses;
}

export const isUsed = async (repository: Repository, request: string): Promise<boolean> =>
  (await readUse(repository, request))?.state === 'used';

/** @returns false where it was taken already. */
export async function takeUse(repository: Repository, request: string, use: Use): Promise<boolean> {
  const path = pathOf(repository, request);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await writeFile(path, `${JSON.stringify(use)}\n`, { flag: 'wx', mode: 0o600 });
    return true;
  } catch {
    const before = await readUse(repository, request);
    return before?.state === 'reserved' && before.head === use.head && use.state === 'reserved';
  }
}

/** The commit is there: what was reserved for it is used up. */
export async function settleUses(repository: Repository): Promise<void> {
  for (const [name, use] of await listUses(repository))
    if (use.state === 'reserved')
      await writeState(pathOf(repository, name), `${JSON.stringify({ ...use, state: 'used' })}\n`);
}
