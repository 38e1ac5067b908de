// Small files of ours below a git directory: `aitrail/` of the common one belongs to the repository, that of a linked
// worktree's own one to the worktree.
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../model/fault.ts';
import { isAbsent } from '../model/is-absent.ts';
import { isString } from '../model/json.ts';
import { replaceFile } from '../model/replace-file.ts';

/** @param gitDir absolute. */
export const statePath = (gitDir: string, name: string): string => join(gitDir, 'aitrail', name);

/** @returns null where it is absent. */
export async function readState(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (thrown) {
    if (isAbsent(thrown)) return null;
    throw thrown;
  }
}

/** Replaces the file in one step: a reader sees the old text or the new one. @throws Fault STATE_UNWRITABLE. */
export async function writeState(
  path: string,
  content: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await replaceFile(path, content, mode);
  } catch (cause) {
    if (!isRefused(cause)) throw cause;
    throw new Fault('STATE_UNWRITABLE', `${path} cannot be written: ${cause.code}`, { cause });
  }
}

/** By rights, by the disk, or by its room. */
const isRefused = (thrown: unknown): thrown is Error & { readonly code: string } =>
  thrown instanceof Error &&
  'code' in thrown &&
  isString(thrown.code) &&
  ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'].includes(thrown.code);
