// What the note of a commit says, without judging it: `aitrail verify` does that.
import { openEnvelope } from '../../attest/envelope.ts';
import { parseStatement } from '../../attest/statement.ts';
import { readNotes } from '../../git/notes.ts';
import { openObjects } from '../../git/objects.ts';
import { findRepository } from '../../git/open-repository.ts';
import type { Caller } from '../../model/caller.ts';
import type { ShownNote } from '../../model/conversation.ts';
import { countLines, type Predicate } from '../../model/statement.ts';

/** @returns the newest readable statement about the commit; null where there is none. */
export async function readNoteClaims(caller: Caller, commit: string): Promise<ShownNote | null> {
  const repository = await findRepository(caller);
  if (repository === null) return null;
  const objects = openObjects(caller);
  try {
    const lines = (await readNotes(repository, objects, [commit])).get(commit) ?? [];
    const predicates = lines.flatMap((line) => readPredicates(line, commit));
    const [newest] = predicates.toSorted((a, b) => b.attestedAt.localeCompare(a.attestedAt));
    return newest === undefined ? null : summarise(newest);
  } finally {
    objects.close();
  }
}

/** @returns what one envelope says of the commit; nothing where it cannot be read or is about another. */
export function readPredicates(line: string, commit: string): readonly Predicate[] {
  const envelope = openEnvelope(line);
  const reading = envelope === null ? null : parseStatement(envelope.payload);
  if (reading?.kind !== 'statement') return [];
  const { subject, predicate } = reading.statement;
  return subject[0]?.digest.gitCommit === commit ? [predicate] : [];
}

const summarise = (predicate: Predicate): ShownNote => ({
  attestedAt: predicate.attestedAt,
  files: predicate.files.map((file) => ({
    path: file.path,
    aiLines: countLines(file.ranges, 'ai'),
    mixedLines: countLines(file.ranges, 'mixed'),
    unrecordedLines: file.unrecordedLines,
  })),
  exchanges: predicate.exchanges.map(({ id, session, agent, model }) => ({
    id,
    session,
    agent,
    model,
  })),
});
