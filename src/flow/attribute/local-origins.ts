// Origins of lines that no note speaks of yet: the working tree's own, and those of commits that wait for attestation.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlamedLine } from '../../git/blame.ts';
import { readPending } from '../../git/pending.ts';
import type { Caller } from '../../model/caller.ts';
import { isFault } from '../../model/fault.ts';
import type { AttributedFile, LineOrigin } from '../../model/origin.ts';
import type { Store } from '../../store/store.ts';
import type { AttributionWork } from './attribute-commit.ts';
import type { NotesWork } from './commit-notes.ts';

export interface LocalQuestion {
  /** Lines of one file that are not committed. */
  readonly uncommitted: readonly BlamedLine[];
  /** Commits without a valid note. */
  readonly unattested: readonly string[];
  /** Full id of HEAD, null before the first commit. */
  readonly head: string | null;
}

/** @returns what this machine's recordings say of a line; null where they say nothing. */
export async function readLocalOrigins(
  work: NotesWork,
  question: LocalQuestion,
): Promise<(line: BlamedLine) => LineOrigin | null> {
  const pending = (await readPending(work.repository)).filter((one) =>
    question.unattested.includes(one.commit),
  );
  if (question.uncommitted.length === 0 && pending.length === 0) return () => null;
  // most blames stop here, and what follows takes longer to load than a file to blame
  const { attributeCommit } = await import('./attribute-commit.ts');
  const store = await openOwn(work.repository.caller);
  if (store === null) return () => null;
  try {
    const own = { ...work, store, key: await store.readKey() };
    const known = new Map<string, LineOrigin>();
    const add = (commit: string, files: readonly AttributedFile[]): void => {
      for (const file of files)
        for (const { line, origin } of file.added)
          known.set(`${commit} ${String(line)} ${file.path}`, origin);
    };
    for (const { commit, rewrittenFrom } of pending)
      add(commit, await attributeCommit(own, commit, { rewrittenFrom }));
    const [first] = question.uncommitted;
    if (first !== undefined) add(first.commit, await attributeWorkingFile(own, question));
    const attested = new Set(pending.map((one) => one.commit));
    return ({ commit, originalLine, path }) =>
      known.get(`${commit} ${String(originalLine)} ${path}`) ??
      (attested.has(commit) ? { kind: 'unrecorded' } : null);
  } finally {
    await store.close();
  }
}

async function attributeWorkingFile(
  work: AttributionWork,
  { uncommitted, head }: LocalQuestion,
): Promise<readonly AttributedFile[]> {
  const { worktree } = work.repository;
  const path = uncommitted[0]?.path ?? '';
  // blamed all the same where it cannot be read: its content came from elsewhere
  const text =
    worktree === null ? null : await readFile(join(worktree, path), 'utf8').catch(() => null);
  if (text === null) return [];
  const parents = head === null ? [] : [head];
  const file = {
    path,
    isGone: false,
    oldPaths: [],
    blob: '',
    text,
    added: new Set(uncommitted.map((line) => line.originalLine)),
    parents: parents.map((commit) => ({ commit, path, ranges: null })),
  };
  const { attributeFiles } = await import('./attribute-commit.ts');
  return attributeFiles(work, [file], { parents, sources: [] });
}

/** @returns null where nothing was recorded here, or it cannot be read: then nothing is known. */
async function openOwn(caller: Caller): Promise<Store | null> {
  const { openRecords } = await import('../record/open-records.ts');
  try {
    return await openRecords(caller, { mode: 'read' });
  } catch (thrown) {
    if (isFault(thrown)) return null;
    throw thrown;
  }
}
