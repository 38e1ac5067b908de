// Origins of lines that no note speaks of yet: the working tree's own, and those of commits that wait for attestation.
import type { BlamedLine } from '../../git/blame.ts';
import { readPending } from '../../git/pending.ts';
import type { LineOrigin } from '../../model/origin.ts';
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
  const { readRecordedOrigins } = await import('./recorded-origins.ts');
  return readRecordedOrigins(work, question, pending);
}
