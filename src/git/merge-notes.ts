// Joins another repository's notes with ours: of a commit that both have notes for, every line of both is kept, in a
// fixed order. What only one side has stays; nothing is ever deleted.
import { NOTES_REF } from '../model/statement.ts';
import { linesOf } from './notes.ts';
import { mergeNotesTrees, type MergeWork } from './notes-tree-merge.ts';
import { moveNotes, type TreeBuilding } from './notes-write.ts';
import { openObjects } from './objects.ts';
import type { Repository } from './open-repository.ts';
import { runGit } from './run-git.ts';

const joinLines = (ours: string, theirs: string): string =>
  [...new Set([...linesOf(ours), ...linesOf(theirs)])]
    .toSorted()
    .map((line) => `${line}\n`)
    .join('');

export interface NotesKind {
  readonly ref: string;
  readonly join: (ours: string, theirs: string) => string;
}

const SIGNED: NotesKind = { ref: NOTES_REF, join: joinLines };

/**
 * @param theirs ref or id of a notes commit. @param kind which notes, and what to do where both sides have one.
 * @returns false where it does not exist.
 * @throws Fault NOTES_RACE, GIT_FAILED.
 */
export async function mergeNotes(
  repository: Repository,
  theirs: string,
  kind: NotesKind = SIGNED,
): Promise<boolean> {
  const objects = openObjects(repository.caller);
  try {
    const [ours, other] = await Promise.all([
      objects.read(`${kind.ref}^{commit}`),
      objects.read(`${theirs}^{commit}`),
    ]);
    if (other === null) return false;
    if (ours === null) {
      // only if there are still none of ours: a commit may be attested in this moment
      const none = '0'.repeat(other.oid.length);
      const args = ['update-ref', kind.ref, other.oid, none];
      const moved = await runGit(repository.caller, args, { okExits: [0, 128] });
      if (moved.exit === 0) return true;
      return (
        (await objects.read(kind.ref)) !== null && (await mergeNotes(repository, theirs, kind))
      );
    }
    const place = { ref: kind.ref, message: 'Joined notes by aitrail', parents: [other.oid] };
    const root = (await objects.read(`${other.oid}^{tree}`))?.oid ?? null;
    await moveNotes(repository, place, (work, before) =>
      mergeNotesTrees({ ...work, join: joinWith(work, kind.join) }, before, root),
    );
    return true;
  } finally {
    objects.close();
  }
}

const joinWith =
  ({ objects, putText }: TreeBuilding, join: NotesKind['join']): MergeWork['join'] =>
  async (...blobs) => {
    const texts = await Promise.all(blobs.map((blob) => objects.read(blob)));
    const [ours = '', theirs = ''] = texts.map((found) => found?.bytes.toString('utf8') ?? '');
    return putText(join(ours, theirs));
  };
