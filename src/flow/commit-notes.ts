// What commits' notes say about their lines. Only a note whose signature fits its bytes and that names this very commit is
// read; who signed is judged by whoever wants to show it.
import { openSigned } from '../attest/open-signed.ts';
import { listNotesRefs, readNotesIn } from '../git/notes.ts';
import type { Objects } from '../git/objects.ts';
import type { Repository } from '../git/open-repository.ts';
import type { LineOrigin } from '../model/origin.ts';
import type { Statement, StatementRange } from '../model/statement.ts';

export interface NotesWork {
  readonly repository: Repository;
  readonly objects: Objects;
  /** Where notes stand, for those who ask often; listed anew where they are missing. */
  readonly notesRefs?: readonly string[];
}

/**
 * The newest statement with a valid signature, by commit; a commit without one has no entry.
 */
export async function readStatements(
  work: NotesWork,
  commits: readonly string[],
): Promise<Map<string, Statement>> {
  const signed = await readSignedLines(work, commits);
  return new Map([...signed].map(([commit, { statement }]) => [commit, statement]));
}

export interface SignedLine {
  readonly statement: Statement;
  /** The envelope, without LF. */
  readonly line: string;
}

/** The same, with the line that each was read from. */
export async function readSignedLines(
  work: NotesWork,
  commits: readonly string[],
): Promise<Map<string, SignedLine>> {
  const found = new Map<string, SignedLine>();
  if (commits.length === 0) return found;
  const refs = work.notesRefs ?? (await listNotesRefs(work.repository));
  const texts = await readNotesIn(work.objects, refs, commits);
  for (const [commit, lines] of texts) {
    const [newest] = lines
      .map((line) => openNote(line, commit))
      .filter((note) => note !== null)
      .toSorted((one, other) => (attestedAt(one) < attestedAt(other) ? 1 : -1));
    if (newest !== undefined) found.set(commit, newest);
  }
  return found;
}

const attestedAt = ({ statement }: SignedLine): string => statement.predicate.attestedAt;

function openNote(line: string, commit: string): SignedLine | null {
  const opened = openSigned(line);
  if (opened.kind !== 'signed') return null;
  const [subject] = opened.statement.subject;
  // a copied note speaks of another commit
  return subject?.digest.gitCommit === commit ? { statement: opened.statement, line } : null;
}

/** What a note says about one line of a file that its commit added. */
export function originInNote(statement: Statement, path: string, line: number): LineOrigin {
  const { files, exchanges } = statement.predicate;
  const range = files.find((file) => file.path === path)?.ranges.find((one) => holds(one, line));
  const exchange = range === undefined ? undefined : exchanges[range.exchange];
  if (range === undefined || exchange === undefined) return { kind: 'unrecorded' };
  const { id, session, agent, model } = exchange;
  return {
    kind: range.contributor,
    source: { exchange: id, session, agent, model },
    evidence: range.evidence,
  };
}

const holds = (range: StatementRange, line: number): boolean =>
  range.startLine <= line && line <= range.endLine;
