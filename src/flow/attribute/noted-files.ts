// What notes say of the files that changed: one git blame each, several at a time, since each is a process to wait for.
import { listNotesRefs } from '../../git/notes.ts';
import type { AddedFile } from './added-lines.ts';
import type { NotesWork } from './commit-notes.ts';
import { type NotedFile, readNotedFile, type VersionPlace } from './noted-versions.ts';

/** Processes at a time. */
const TOGETHER = 4;

/**
 * @param sources commits besides the parents whose notes may speak of the same lines.
 * @returns by path: the parents' versions, then those of the sources; nothing where no file gained a line.
 */
export async function readNotedFiles(
  work: NotesWork,
  files: readonly AddedFile[],
  sources: readonly string[],
): Promise<ReadonlyMap<string, readonly NotedFile[]>> {
  const listed = { ...work, notesRefs: work.notesRefs ?? (await listNotesRefs(work.repository)) };
  // what one file lost another may have gained
  const isAnyGained = files.some((file) => file.added.size > 0);
  const asked = (isAnyGained ? files : []).flatMap((file) =>
    placesOf(file, sources).map((place) => ({ path: file.path, place })),
  );
  const noted = new Map<string, NotedFile[]>();
  for (let first = 0; first < asked.length; first += TOGETHER) {
    const some = asked.slice(first, first + TOGETHER);
    const found = await Promise.all(some.map(({ place }) => readNotedFile(listed, place)));
    for (const [at, one] of found.entries()) {
      const path = some[at]?.path ?? '';
      if (one !== null) noted.set(path, [...(noted.get(path) ?? []), one]);
    }
  }
  return noted;
}

const placesOf = (file: AddedFile, sources: readonly string[]): readonly VersionPlace[] => [
  ...file.parents,
  ...sources.flatMap((commit) =>
    [file.path, ...file.oldPaths].map((path) => ({ commit, path, ranges: null })),
  ),
];
