// Which commits hold the lines of one edit, not only of its exchange: each commit's own note names the files and lines.
import { readNotes } from '../../git/notes.ts';
import { openObjects, type Objects } from '../../git/objects.ts';
import type { Caller } from '../../model/caller.ts';
import type { Emission } from '../../model/edit.ts';
import type { StatementFile } from '../../model/statement.ts';
import type { CommitRecord } from '../../store/store.ts';
import { readPredicates } from '../attribute/read-note-claims.ts';
import { findPlace } from '../attribute/shown-commits.ts';
import { linesOf } from '../attribute/written-lines.ts';

/** The emissions of one exchange, and the commits that hold any of its lines. */
export interface Written {
  readonly emissions: readonly Emission[];
  readonly records: readonly CommitRecord[];
}

/** What a commit holds of an exchange in one file. */
interface Held {
  readonly path: string;
  /** The lines without blanks around them; read only where an edit names another path. */
  readonly lines: readonly string[];
}

/** Commit and exchange → what is held; commits without a readable note are missing. */
type HeldBy = ReadonlyMap<string, readonly Held[]>;

/**
 * @returns for an emission of those the commits that hold its lines: under its own path, or the very lines under another
 *   one where they went by a rename, a move or a copy. All of the exchange's where a note cannot be read.
 */
export async function readEditCommits(
  caller: Caller,
  written: readonly Written[],
): Promise<(emission: Emission, records: readonly CommitRecord[]) => readonly string[]> {
  const records = written.flatMap((one) => one.records);
  const held = new Map<string, readonly Held[]>();
  for (const place of new Set(records.map(({ repository }) => repository)))
    for (const [key, found] of await readPlace(caller, place, written)) held.set(key, found);
  return (emission, own) => {
    if (emission.outcome === 'rejected') return [];
    const lines = new Set([...linesOf([emission])].map((line) => line.trim()));
    const holds = (commit: string): boolean =>
      held
        .get(keyOf(commit, emission.exchange))
        ?.some((one) => isOwn(emission, one.path) || one.lines.some((line) => lines.has(line))) ??
      true;
    return [...new Set(own.map(({ commit }) => commit).filter(holds))];
  };
}

const keyOf = (commit: string, exchange: string): string => `${commit} ${exchange}`;

const isOwn = (emission: Emission, path: string): boolean =>
  emission.path?.normalize('NFC') === path.normalize('NFC');

async function readPlace(
  caller: Caller,
  place: string,
  written: readonly Written[],
): Promise<HeldBy> {
  const held = new Map<string, readonly Held[]>();
  const repository = await findPlace(caller, place);
  if (repository === null) return held;
  const objects = openObjects(repository.caller);
  try {
    const asked = written.flatMap(({ emissions, records }) =>
      records
        .filter((record) => record.repository === place)
        .map(({ commit }) => ({ commit, emissions })),
    );
    const commits = [...new Set(asked.map(({ commit }) => commit))];
    const notes = await readNotes(repository, objects, commits);
    for (const { commit, emissions } of asked) {
      const [exchange] = emissions.map((emission) => emission.exchange);
      const files = filesOf(notes.get(commit) ?? [], commit, exchange ?? '');
      if (files === null || exchange === undefined) continue;
      const found = files.map((file) => readHeld(objects, file, emissions));
      held.set(keyOf(commit, exchange), await Promise.all(found));
    }
    return held;
  } finally {
    objects.close();
  }
}

/** @returns the files with the ranges that came from the exchange; null where no envelope can be read. */
function filesOf(
  lines: readonly string[],
  commit: string,
  exchange: string,
): readonly StatementFile[] | null {
  const predicates = lines.flatMap((line) => readPredicates(line, commit));
  if (predicates.length === 0) return null;
  return predicates.flatMap(({ exchanges, files }) =>
    files
      .map((file) => ({
        ...file,
        ranges: file.ranges.filter((range) => exchanges[range.exchange]?.id === exchange),
      }))
      .filter(({ ranges }) => ranges.length > 0),
  );
}

/** A shorter line may stand in any file. */
const LINE_CHARS_MIN = 8;

async function readHeld(
  objects: Objects,
  { path, blob, ranges }: StatementFile,
  emissions: readonly Emission[],
): Promise<Held> {
  if (emissions.every((emission) => isOwn(emission, path))) return { path, lines: [] };
  const found = await objects.read(blob);
  const text = found?.bytes.toString('utf8').split('\n') ?? [];
  const lines = ranges
    .flatMap(({ startLine, endLine }) => text.slice(startLine - 1, endLine))
    .map((line) => line.trim())
    .filter((line) => line.length >= LINE_CHARS_MIN);
  return { path, lines };
}
