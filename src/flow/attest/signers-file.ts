// The working tree's list of signers, read and written whole.
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Repository } from '../../git/open-repository.ts';
import { replaceFile } from '../../model/replace-file.ts';
import { SIGNERS_FILE } from '../verify/read-trust.ts';

/** @returns null where there is none. */
export async function readListFile({
  worktree,
}: Pick<Repository, 'worktree'>): Promise<string | null> {
  if (worktree === null) return null;
  return readFile(join(worktree, SIGNERS_FILE), 'utf8').catch(() => null); // none yet
}

/** Whole, or as it was. */
export async function writeListFile(
  { worktree }: Pick<Repository, 'worktree'>,
  text: string,
): Promise<void> {
  const file = join(worktree ?? '.', SIGNERS_FILE);
  await mkdir(dirname(file), { recursive: true });
  await replaceFile(file, text);
}
