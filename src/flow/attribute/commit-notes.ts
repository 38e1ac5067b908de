// What commits' notes say about their lines. Only a note whose signature fits its bytes and that names this very commit is
// read; who signed is judged by whoever wants to show it.
import { openSigned } from '../../attest/open-signed.ts';
import { listNotesRefs, readNotesIn } from '../../git/notes.ts';
import type { Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import type { LineOrigin } from '../../model/origin.ts';
import type { Statement, StatementRange } from '../../model/statement.ts';

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

const UNRECORDED: LineOrigin = { kind: 'unrecorded' };

interface OriginRange {
  readonly range: StatementRange;
  readonly origin: LineOrigin;
}

export type OriginReader = (path: string, line: number) => LineOrigin;

/**
 * What a note says about lines of files that its commit added. Lines of one range have the very same origin.
 *
 * @returns a reader that is fast for lines asked for in order.
 */
export function openOrigins({ predicate }: Statement): OriginReader {
  const files = new Map<string, readonly OriginRange[]>();
  for (const { path, ranges } of predicate.files)
    if (!files.has(path))
      files.set(
        path,
        ranges.map((range) => originOf(predicate, range)),
      );
  let last: { readonly path: string; readonly found: OriginRange } | null = null;
  return (path, line) => {
    if (last?.path === path && holds(last.found.range, line)) return last.found.origin;
    const found = files.get(path)?.find(({ range }) => holds(range, line));
    if (found !== undefined) last = { path, found };
    return found?.origin ?? UNRECORDED;
  };
}

function originOf({ exchanges }: Statement['predicate'], range: StatementRange): OriginRange {
  const exchange = exchanges[range.exchange];
  if (exchange === undefined) return { range, origin: UNRECORDED };
  const { id, session, agent, model } = exchange;
  const source = { exchange: id, session, agent, model };
  return { range, origin: { kind: range.contributor, source, evidence: range.evidence } };
}

const holds = (range: StatementRange, line: number): boolean =>
  range.startLine <= line && line <= range.endLine;
