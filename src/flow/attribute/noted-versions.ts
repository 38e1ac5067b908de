// Versions of a file whose lines' origins come from notes: git blame tells which commit a line is of, that commit's note
// tells where it came from.
import { cutLines } from '../../match/lines.ts';
import { carriedAuthor, type AuthorTable } from '../../match/authors.ts';
import { elementAt } from '../../match/diff.ts';
import type { Tokenizer } from '../../match/tokens.ts';
import type { NotedVersion } from '../../match/attribute-text.ts';
import { withoutLines } from '../../match/version.ts';
import { parsePorcelain, runBlame, type BlamedLine } from '../../git/blame.ts';
import { atTop } from '../../git/commit-diff.ts';
import type { LineOrigin, LineRange } from '../../model/origin.ts';
import { openOrigins, readStatements, type NotesWork } from './commit-notes.ts';

export interface VersionWork {
  readonly tokenizer: Tokenizer;
  readonly table: AuthorTable;
}

export interface VersionPlace {
  readonly commit: string;
  readonly path: string;
  /** Lines whose origin matters, null for all. An empty list blames nothing. */
  readonly ranges: readonly LineRange[] | null;
}

/** More -L options than this cost more than blaming the whole file. */
const RANGES_MAX = 200;

/** A file at a commit, with what notes say of its lines. */
export interface NotedFile {
  readonly text: string;
  /** By line, 1-based; lines of commits without a valid note are missing. */
  readonly origins: ReadonlyMap<number, LineOrigin>;
  /** The lines that were looked up; null: all. */
  readonly asked: readonly LineRange[] | null;
}

/** @returns null where that commit has no such text file. */
export async function readNotedFile(
  work: NotesWork,
  place: VersionPlace,
): Promise<NotedFile | null> {
  const found = await work.objects.read(`${place.commit}:${place.path}`);
  if (found === null || found.type !== 'blob' || found.bytes.includes(0)) return null;
  return {
    text: found.bytes.toString('utf8'),
    origins: await readLineOrigins(work, place),
    asked: place.ranges,
  };
}

export function makeNotedVersion(work: VersionWork, noted: NotedFile): NotedVersion {
  const text = work.tokenizer.tokenize(noted.text);
  const lines = cutLines(text);
  const authors = new Int32Array(text.tokens.length);
  const cuts = new Uint8Array(text.tokens.length);
  for (const [line, origin] of noted.origins) {
    const { author, isCut } = carriedAuthor(work.table, origin);
    const [start, end] = [elementAt(lines.starts, line - 1), elementAt(lines.starts, line)];
    authors.fill(author, start, end);
    cuts.fill(isCut ? 1 : 0, start, end);
  }
  const whole = { lines, authors, cuts };
  const { asked } = noted;
  if (asked === null) return { whole, told: whole };
  const isAsked = (line: number): boolean =>
    asked.some(
      ({ firstLine, lineCount }) => line + 1 >= firstLine && line + 1 < firstLine + lineCount,
    );
  const others = lines.ids.map((_id, line) => line).filter((line) => !isAsked(line));
  return { whole, told: withoutLines(whole, new Set(others)) };
}

/** Origins by line, 1-based; lines of commits without a valid note are missing. */
async function readLineOrigins(
  work: NotesWork,
  place: VersionPlace,
): Promise<Map<number, LineOrigin>> {
  const origins = new Map<number, LineOrigin>();
  const blamed = await blameRanges(work, place);
  const notes = await readStatements(work, [...new Set(blamed.map((line) => line.commit))]);
  const readers = new Map([...notes].map(([commit, note]) => [commit, openOrigins(note)]));
  for (const { commit, line, path, originalLine } of blamed) {
    const origin = readers.get(commit)?.(path, originalLine);
    if (origin !== undefined) origins.set(line, origin);
  }
  return origins;
}

async function blameRanges(work: NotesWork, place: VersionPlace): Promise<BlamedLine[]> {
  const ranges = (place.ranges ?? []).filter((range) => range.lineCount > 0);
  if (place.ranges !== null && ranges.length === 0) return [];
  // no notes: whatever commit a line is of, nothing is said of it
  if (work.notesRefs?.length === 0) return [];
  const limits =
    ranges.length > RANGES_MAX
      ? []
      : ranges.map(({ firstLine, lineCount }) => `-L${firstLine},+${lineCount}`);
  const caller = atTop(work.repository);
  const args = ['--porcelain', ...limits, place.commit, '--', place.path];
  const answer = await runBlame(caller, args);
  return answer.exit === 0 ? parsePorcelain(answer.stdout) : [];
}
