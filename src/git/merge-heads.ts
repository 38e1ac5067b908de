// The further parents that the coming commit will have.
import { readState } from './state-file.ts';
import { join } from 'node:path';
import type { Repository } from './open-repository.ts';

/**
 * While a merge waits for its commit they stand in MERGE_HEAD; in a merge that git finishes by itself only the
 * environment of the hook names them (`GITHEAD_<oid>`; seen with git 2.39).
 */
export async function readMergeHeads(repository: Repository): Promise<readonly string[]> {
  const file = await readState(join(repository.gitDir, 'MERGE_HEAD'));
  if (file !== null) return file.toString('utf8').split('\n').filter(isOid);
  return Object.keys(repository.caller.env)
    .map((name) => (name.startsWith('GITHEAD_') ? name.slice('GITHEAD_'.length) : ''))
    .filter(isOid);
}

const isOid = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
