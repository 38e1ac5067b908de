// How HEAD came to where it is, from its reflog: what hooks are not told.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Objects } from './objects.ts';
import type { Repository } from './open-repository.ts';

export type LastMove =
  | { readonly kind: 'amend'; readonly from: string }
  | { readonly kind: 'merge' } // a merge commit was made here
  | { readonly kind: 'other' };

/** `other` where there is no reflog to tell. */
export async function readLastMove(repository: Repository): Promise<LastMove> {
  const { from, subject } = await readLastEntry(repository);
  if (subject.startsWith('commit (amend)')) return { kind: 'amend', from };
  return /^(?:merge|pull)\b.*: Merge made by/.test(subject) ? { kind: 'merge' } : { kind: 'other' };
}

/** `<old id> <new id> <who> <time> <zone> TAB <subject>`: reading the file spares a git for every commit. */
const ENTRY = /^([0-9a-f]{40,64}) [0-9a-f]{40,64} [^\t]*\t(.*)$/;

async function readLastEntry(
  repository: Repository,
): Promise<{ readonly from: string; readonly subject: string }> {
  const line = (await readTail(join(repository.gitDir, 'logs', 'HEAD'))) ?? '';
  const [, from = '', subject = ''] = ENTRY.exec(line) ?? [];
  return { from, subject };
}

/** Longer than the longest subject that git writes. */
const TAIL_BYTES = 16_384;

/** The last line. @returns null where the file is absent. */
async function readTail(path: string): Promise<string | null> {
  const file = await open(path, 'r').catch(() => null); // core.logAllRefUpdates is off, or refs are no files
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').trimEnd().split('\n').at(-1) ?? null;
  } finally {
    await file.close();
  }
}

/** @returns full id; null before the first commit. */
export async function readHead(objects: Objects): Promise<string | null> {
  return (await objects.read('HEAD^{commit}'))?.oid ?? null;
}
