// What the notes of other commits say about exchanges that were not recorded on this machine.
import { openSigned } from '../../attest/open-signed.ts';
import { readNotes } from '../../git/notes.ts';
import type { Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import type { Source } from '../../model/origin.ts';
import type { StatementExchange } from '../../model/statement.ts';

export interface NotedWork {
  readonly repository: Repository;
  readonly objects: Objects;
}

/**
 * @param commits whose notes are read: those that a commit was made from, and its parents.
 * @returns by exchange id; none where no signed note names it.
 */
export async function readNotedExchanges(
  work: NotedWork,
  sources: readonly Source[],
  commits: readonly string[],
): Promise<ReadonlyMap<string, StatementExchange>> {
  const found = new Map<string, StatementExchange>();
  if (sources.length === 0) return found;
  const wanted = new Set(sources.map((source) => source.exchange));
  const notes = await readNotes(work.repository, work.objects, commits);
  for (const [commit, lines] of notes)
    for (const exchange of lines.flatMap((line) => exchangesIn(line, commit)))
      // its log index belongs to another machine's log
      if (wanted.has(exchange.id)) found.set(exchange.id, { ...exchange, logIndex: null });
  return found;
}

function exchangesIn(line: string, commit: string): readonly StatementExchange[] {
  const opened = openSigned(line);
  if (opened.kind !== 'signed') return [];
  const { subject, predicate } = opened.statement;
  return subject[0]?.digest.gitCommit === commit ? predicate.exchanges : [];
}
