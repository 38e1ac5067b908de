// What the recordings of this machine say of lines that no note speaks of. Loaded by itself (package.json: bundle): to open
// the recordings takes more of the program than all the rest of a blame.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlamedLine } from '../../git/blame.ts';
import type { PendingCommit } from '../../git/pending.ts';
import type { Caller } from '../../model/caller.ts';
import { isFault } from '../../model/fault.ts';
import type { AttributedFile, LineOrigin } from '../../model/origin.ts';
import type { Store } from '../../store/store.ts';
import { openRecords } from '../record/open-records.ts';
import { attributeCommit, attributeFiles, type AttributionWork } from './attribute-commit.ts';
import type { NotesWork } from './commit-notes.ts';
import type { LocalQuestion } from './local-origins.ts';

/** @param pending commits in question that wait for attestation. @returns null for a line of which they say nothing. */
export async function readRecordedOrigins(
  work: NotesWork,
  question: LocalQuestion,
  pending: readonly PendingCommit[],
): Promise<(line: BlamedLine) => LineOrigin | null> {
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
  return attributeFiles(work, [file], { parents, sources: [] });
}

/** @returns null where nothing was recorded here, or it cannot be read: then nothing is known. */
async function openOwn(caller: Caller): Promise<Store | null> {
  try {
    return await openRecords(caller, { mode: 'read' });
  } catch (thrown) {
    if (isFault(thrown)) return null;
    throw thrown;
  }
}
